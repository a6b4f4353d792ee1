"""A wallet of a hundred lines: keeps the promises of the provider API, and the line to it can be made to fail."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

SECRET = "demo-secret"
NOW_S = 1_795_000_000
Trouble = Literal["none", "held", "lost before", "lost after", "hang", "status 503", "not json"]


async def _at_most_5_s(event: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(event.wait(), 5)
    except TimeoutError:
        raise AssertionError("the wallet was kept waiting: no caller gave up, no test released it") from None


@dataclass
class Call:
    operation: str
    raw: bytes
    body: dict[str, Any]

    @property
    def transaction_id(self) -> str:
        return str(self.body.get("transaction_id"))


@dataclass
class FakeWallet:
    """An httpx transport: `troubles` are used up one a call; `float_minor` is what a new player gets."""

    float_minor: int = 100_000
    troubles: deque[Trouble] = field(default_factory=deque)
    attempts: list[Call] = field(default_factory=list)
    effects: list[Call] = field(default_factory=list)
    refuse_bets_with: deque[str] = field(default_factory=deque)
    cash: dict[str, int] = field(default_factory=dict)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    is_holding: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    _goal: int = 0
    _reached: asyncio.Event = field(default_factory=asyncio.Event)
    _answers: dict[str, tuple[bytes, dict[str, Any]]] = field(default_factory=dict)
    _bets: dict[str, tuple[str, int]] = field(default_factory=dict)

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        raw = request.content
        call = Call(request.url.path.rpartition("/")[2], raw, json.loads(raw))
        self.attempts.append(call)
        self.arrived.set()
        trouble = self.troubles.popleft() if self.troubles else None
        if trouble == "lost before":
            raise httpx.ConnectError("refused")
        if trouble == "hang":
            await _at_most_5_s(asyncio.Event())
        if trouble == "held":
            self.is_holding.set()
            await _at_most_5_s(self.release)
        if trouble == "status 503":
            return httpx.Response(503, json={"status": "ERROR", "code": "BUSY"})
        if not self._is_signed(request):
            return httpx.Response(401, json={"status": "ERROR", "code": "BAD_SIGNATURE"})
        answer = self._once(call)
        if trouble == "lost after":
            raise httpx.ReadError("reset")
        if trouble == "not json":
            return httpx.Response(200, text="<html>welcome</html>")
        return httpx.Response(200, json=answer)

    def _is_signed(self, request: httpx.Request) -> bool:
        timestamp = request.headers["Provider-Timestamp"]
        expected = hmac.new(SECRET.encode(), f"{timestamp}.".encode() + request.content, hashlib.sha256).hexdigest()
        is_in_time = abs(int(timestamp) - NOW_S) <= 60
        return is_in_time and request.headers["Provider-Signature"] == f"v1={expected}"

    def _once(self, call: Call) -> dict[str, Any]:
        if call.operation == "authenticate":
            self.cash.setdefault(call.body["player_id"], self.float_minor)
            return {"status": "OK", "code": "OK", "player_token": f"token of {call.body['player_id']}"}
        if call.transaction_id in self._answers:
            first, stored = self._answers[call.transaction_id]
            assert first == call.raw, "the same id came with another content"
            return stored | {"replayed": True}
        answer = getattr(self, f"_{call.operation}")(call)
        self._answers[call.transaction_id] = (call.raw, answer)
        return dict(answer)

    def _bet(self, call: Call) -> dict[str, Any]:
        if self.refuse_bets_with:
            return {"status": "REJECTED", "code": self.refuse_bets_with.popleft()}
        player, amount = call.body["player_token"].removeprefix("token of "), int(call.body["amount"])
        if self.cash[player] < amount:
            return {"status": "REJECTED", "code": "NO_FUNDS"}
        self.cash[player] -= amount
        self._bets[call.transaction_id] = (player, amount)
        return self._done(call)

    def _win(self, call: Call) -> dict[str, Any]:
        if call.body["bet_transaction_id"] not in self._bets:
            return {"status": "REJECTED", "code": "BET_NOT_FOUND"}
        player, _ = self._bets.pop(call.body["bet_transaction_id"])
        assert player == call.body["player_id"]
        self.cash[player] += int(call.body["amount"])
        return self._done(call)

    def _rollback(self, call: Call) -> dict[str, Any]:
        bet = self._bets.pop(call.body["bet_transaction_id"], None)
        if bet is None:
            return {"status": "OK", "code": "NOOP_TOMBSTONED"}
        player, amount = bet
        self.cash[player] += amount
        return self._done(call)

    def _done(self, call: Call) -> dict[str, Any]:
        self.effects.append(call)
        if len(self.effects) >= self._goal:
            self._reached.set()
        return {"status": "OK", "code": "OK", "transaction_id": call.transaction_id, "replayed": False}

    async def played(self, *, effects: int) -> None:
        """Return when so many commands had an effect; fails after five seconds."""
        self._goal = effects
        self._reached.clear()
        await asyncio.wait_for(self._reached.wait(), 5)

    @property
    def open_bets(self) -> int:
        return len(self._bets)
