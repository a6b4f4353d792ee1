"""How the simulator speaks ASGI: one answer value, one way to send it, one way to wait until a caller is gone."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

JSON_TYPE = "application/json"


class TooLarge(Exception):
    """A call's body is longer than anything this simulator takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One complete answer; `headers` are added to the type and the length."""

    status: int = 200
    body: bytes
    content_type: str = JSON_TYPE
    headers: tuple[tuple[str, str], ...] = ()


def json_answer(body: object, *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Return `body` as a JSON answer."""
    return Answer(status=status, body=json.dumps(body, ensure_ascii=False).encode(), headers=headers)


def refusal(status: int, sentence: str, *, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Return an error answer that says what was wrong and what to do."""
    return json_answer({"error": sentence}, status=status, headers=headers)


async def send_answer(send: Send, answer: Answer, *, with_body: bool = True) -> None:
    """Send the answer whole; without its body for HEAD."""
    headers = (
        ("Content-Type", answer.content_type),
        ("Content-Length", str(len(answer.body))),
        ("Cache-Control", "no-store"),
        *answer.headers,
    )
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": answer.body if with_body else b""})


async def read_body(receive: Receive, *, limit: int) -> bytes:
    """Return the call's body; raises `TooLarge` beyond `limit` bytes."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > limit:
            raise TooLarge(f"The body is longer than {limit} bytes.")
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return bytes(body)


async def wait_until_left(receive: Receive) -> None:
    """Return when the caller closed the connection, however long that takes."""
    while (await receive())["type"] != "http.disconnect":
        pass
