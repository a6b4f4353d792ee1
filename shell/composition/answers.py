"""What the edge sends to the browser: a status, headers and bytes, whole or in parts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asgiref.typing import ASGISendCallable

Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]
HTML: Final = (b"content-type", b"text/html; charset=utf-8")
NO_STORE: Final = (b"cache-control", b"no-store")
NOSNIFF: Final = (b"x-content-type-options", b"nosniff")
VARY: Final = (b"vary", b"HX-Request")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole response."""

    status: int
    headers: Headers
    body: bytes


def header(name: str, value: str) -> tuple[bytes, bytes]:
    """Name and value for the wire; a line break or a letter outside Latin-1 can never reach it."""
    clean = "".join(letter if letter.isprintable() else " " for letter in value)
    return name.lower().encode("latin-1"), clean.encode("latin-1", "replace")


def html_answer(status: int, html: str | bytes, headers: Iterable[tuple[bytes, bytes]] = ()) -> Answer:
    body = html.encode() if isinstance(html, str) else html
    return Answer(status=status, headers=(HTML, NO_STORE, VARY, NOSNIFF, *headers), body=body)


def text_answer(status: int, text: str, headers: Headers = ()) -> Answer:
    kind = (b"content-type", b"text/plain; charset=utf-8")
    return Answer(status=status, headers=(kind, NO_STORE, NOSNIFF, *headers), body=text.encode())


def redirect(url: str) -> Answer:
    """Send the browser to a path of this site with GET."""
    return Answer(status=303, headers=(header("Location", url), NO_STORE), body=b"")


def problem(
    status: int, *, title: str, reason: str, request_id: str, retry_after_s: float | None = None, detail: str = ""
) -> Answer:
    """An error for a program (RFC 9457): what happened, never where."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "reason": reason,
        "request_id": request_id,
        **({"detail": detail} if detail else {}),
    }
    wait = () if retry_after_s is None else (header("Retry-After", str(max(1, round(retry_after_s)))),)
    headers = ((b"content-type", b"application/problem+json"), NO_STORE, NOSNIFF, *wait)
    return Answer(status=status, headers=(*headers, header("X-Request-Id", request_id)), body=json.dumps(body).encode())


async def send_answer(send: ASGISendCallable, answer: Answer, *, is_head: bool = False) -> None:
    """Send a whole response in one step; a HEAD gets the headers of the GET and no body."""
    length = (b"content-length", str(len(answer.body)).encode())
    await start(send, answer.status, (*answer.headers, length))
    await part(send, b"" if is_head else answer.body, is_last=True)


async def start(send: ASGISendCallable, status: int, headers: Headers) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers, "trailers": False})


async def part(send: ASGISendCallable, body: bytes, *, is_last: bool) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": not is_last})
