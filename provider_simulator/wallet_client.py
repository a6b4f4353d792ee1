"""How a provider calls the wallet: signed JSON, one total deadline, and a plain word for "we cannot know"."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import httpx
from httpx_aiohttp import AiohttpTransport

from provider_simulator.ledger_book import LedgerBook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from provider_simulator.tally import Tally

Operation = Literal["authenticate", "balance", "bet", "win", "rollback"]
CURRENCY = "CHIP"
log = logging.getLogger("provider_simulator.wallet")


class WalletUncertain(Exception):
    """The wallet may or may not have done what was asked: no answer, half an answer, or one that decides nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletAnswer:
    """A definite answer: it stays the same however often the same call is made."""

    is_ok: bool
    code: str
    player_token: str | None


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature header's value for this body at this time."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"v1={digest}"


class WalletClient:
    """One provider's line to the wallet; `now` returns unix seconds, `timeout_s` bounds a whole call.

    Every money call is written into `book`, before it is sent and again when it is answered.

    `transport` is for tests; left out, calls go over the network and past any proxy.
    """

    def __init__(
        self,
        *,
        url: str,
        provider: str,
        secret: str,
        tally: Tally,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout_s: float = 1.5,
        now: Callable[[], float] = time.time,
        book: LedgerBook | None = None,
    ) -> None:
        self.book = book or LedgerBook()
        self._root = f"{url}/provider/v1/{provider}"
        self._secret = secret
        self._tally = tally
        self._timeout_s = timeout_s
        self._now = now
        self._http = httpx.AsyncClient(transport=transport or AiohttpTransport(), timeout=timeout_s, trust_env=False)
        self.is_away = False
        # Everything starts at once: a wallet that was never there is not news.
        self._has_met = False

    async def call(self, operation: Operation, content: Mapping[str, Any]) -> WalletAnswer:
        """Return the wallet's definite answer; raises `WalletUncertain` for everything else."""
        self.book.note(operation, content, at_s=self._now(), answer="UNCERTAIN")
        try:
            answer = await self._ask(operation, content)
        except WalletUncertain as error:
            self._note_away(str(error))
            self._tally.wallet_calls.labels(operation, "uncertain").inc()
            raise
        self._note_back()
        self.book.note(operation, content, at_s=self._now(), answer=answer.code)
        self._tally.wallet_calls.labels(operation, "ok" if answer.is_ok else answer.code).inc()
        return answer

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def _ask(self, operation: Operation, content: Mapping[str, Any]) -> WalletAnswer:
        body = json.dumps({"currency": CURRENCY, **content}).encode()
        timestamp = str(int(self._now()))
        headers = {
            "Content-Type": "application/json",
            "Provider-Timestamp": timestamp,
            "Provider-Signature": sign(self._secret, timestamp, body),
        }
        try:
            # httpx counts its timeout anew for every read; only this one bounds the call.
            async with asyncio.timeout(self._timeout_s):
                response = await self._http.post(f"{self._root}/{operation}", content=body, headers=headers)
        except TimeoutError:
            raise WalletUncertain(f"no answer within {self._timeout_s:g} s") from None
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            # The transport says ConnectTimeout for a refused connection too, so the class name would mislead.
            raise WalletUncertain("no connection") from error
        except httpx.TransportError as error:
            raise WalletUncertain(type(error).__name__) from error
        return _definite(response)

    def _note_away(self, reason: str) -> None:
        if not self.is_away and self._has_met:
            log.warning("The wallet is away (%s); the bots wait and ask again.", reason)
        self.is_away = True

    def _note_back(self) -> None:
        if self.is_away and self._has_met:
            log.info("The wallet answers again; the bots play on.")
        self.is_away = False
        self._has_met = True


def _definite(response: httpx.Response) -> WalletAnswer:
    if (
        response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR
        or response.status_code == httpx.codes.TOO_MANY_REQUESTS
    ):
        raise WalletUncertain(f"status {response.status_code}")
    try:
        found = response.json()
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("status") not in ("OK", "REJECTED", "ERROR"):
        raise WalletUncertain(f"status {response.status_code} without a wallet's answer")
    code = str(found.get("code", ""))
    if code == "BAD_SIGNATURE":
        # Nothing was decided, and nothing will be until both sides hold one secret and one time.
        raise WalletUncertain("our signature is refused: compare PROVIDER_SECRETS and the clocks of both sides")
    token = found.get("player_token")
    return WalletAnswer(
        is_ok=found["status"] == "OK", code=code, player_token=token if isinstance(token, str) else None
    )
