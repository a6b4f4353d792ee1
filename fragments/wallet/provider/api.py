"""`POST /provider/v1/<provider>/<operation>` as a bare ASGI application: one thread hop, no middleware."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from fragment_kit.serving.logs import logger
from fragments.wallet.commands.answers import Answer
from fragments.wallet.commands.case import BadCommand
from fragments.wallet.provider import openapi
from fragments.wallet.provider.messages import BODY_BYTES_MAX, BadBody, read_body
from fragments.wallet.provider.operations import HOUSE_OPERATIONS, OPERATIONS, read_command
from fragments.wallet.provider.signature import complaint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fragments.wallet.provider.desk import Desk

PREFIX: Final = "/provider/v1/"
LOG = logger("provider")

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[Any], Awaitable[None]]


class _Refused(Exception):
    """The call ends here: an HTTP status, the contract's code, and a sentence."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.body = {"status": "ERROR", "code": code, "message": sentence}


class ProviderApi:
    """Serves game providers.

    Args:
        secrets: provider name → secret its calls are signed with.
        house_secrets: the same for the house's own services, which may give bonuses and prizes, and nothing else.
        desk: decides commands.
        clock: aware UTC now; signatures and sessions are judged by it.

    """

    def __init__(
        self,
        *,
        secrets: Mapping[str, str],
        desk: Desk,
        house_secrets: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._callers = {name: (secret, OPERATIONS) for name, secret in secrets.items()}
        self._callers |= {name: (secret, HOUSE_OPERATIONS) for name, secret in (house_secrets or {}).items()}
        self._desk = desk
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request whose path begins with PREFIX, or is that of the description."""
        try:
            if scope["path"] == openapi.PATH:
                status, body = _description(scope)
            else:
                status, body = await self._answer(scope, receive)
        except _Refused as refused:
            status, body = refused.status, refused.body
        except Exception:
            LOG.exception("provider call failed", path=scope["path"])
            status, body = 500, {"status": "ERROR", "code": "UNAVAILABLE", "message": "an error of ours; send it again"}
        payload = json.dumps(body, separators=(",", ":")).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(payload))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": payload})

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, dict[str, Any]]:
        provider, operation = self._route(scope)
        raw = await _read(scope, receive)
        now = self._clock()
        self._check_signature(scope, provider, raw, now)
        body: dict[str, Any] = {}
        try:
            body = read_body(raw)
            command = read_command(self._callers[provider][1][operation], provider, body)
            answer = await self._desk.decide(operation, command, now)
        except (BadBody, BadCommand) as bad:
            refusal = Answer(status="ERROR", code="BAD_REQUEST", transaction_id=_named(body))
            return 400, {**refusal.body(), "message": f"{bad}."}
        return answer.http_status(), answer.body()

    def _route(self, scope: Scope) -> tuple[str, str]:
        parts = scope["path"].removeprefix(PREFIX).split("/")
        if len(parts) != 2:  # noqa: PLR2004
            raise _Refused(404, "BAD_REQUEST", f"The path is {PREFIX}<provider>/<operation>.")
        provider, operation = parts
        if provider not in self._callers:
            raise _Refused(404, "BAD_REQUEST", f"No provider {provider[:40]!r} is known here.")
        operations = self._callers[provider][1]
        if operation not in operations:
            known = ", ".join(operations)
            raise _Refused(404, "BAD_REQUEST", f"No operation {operation[:40]!r}; there are {known}.")
        if scope["method"] != "POST":
            raise _Refused(405, "BAD_REQUEST", "Every operation is a POST.")
        return provider, operation

    def _check_signature(self, scope: Scope, provider: str, raw: bytes, now: datetime) -> None:
        headers = dict(scope["headers"])
        sentence = complaint(
            self._callers[provider][0],
            timestamp=headers.get(b"provider-timestamp", b""),
            signature=headers.get(b"provider-signature", b""),
            body=raw,
            now_s=now.timestamp(),
        )
        if sentence is not None:
            raise _Refused(401, "BAD_SIGNATURE", f"{sentence}.")


def _description(scope: Scope) -> tuple[int, dict[str, Any]]:
    if scope["method"] not in {"GET", "HEAD"}:
        raise _Refused(405, "BAD_REQUEST", f"{openapi.PATH} is read with GET.")
    return 200, openapi.document()


async def _read(scope: Scope, receive: Receive) -> bytes:
    too_large = _Refused(413, "BAD_REQUEST", f"The body is larger than {BODY_BYTES_MAX} bytes.")
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > BODY_BYTES_MAX:
        raise too_large
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Refused(400, "BAD_REQUEST", "The body ended early.")
        body += message.get("body", b"")
        if len(body) > BODY_BYTES_MAX:
            raise too_large
        if not message.get("more_body", False):
            return bytes(body)


def _named(body: Mapping[str, Any]) -> str | None:
    """The transaction id to repeat in a refusal, when there is one that can be repeated."""
    found = body.get("transaction_id")
    return found[:200] if isinstance(found, str) else None
