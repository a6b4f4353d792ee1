"""One connection to a fragment: writes a request, reads one response, and trusts nothing that nobody asked for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from httptools import HttpParserError, HttpResponseParser

from shell.gateway.failures import CallFailed
from shell.gateway.response_guards import BODY_BYTES_MAX, HEADER_BYTES_MAX, check_head, too_large

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fragment_kit.contract.outcome import Reason
    from shell.gateway.heads import Head, Heads

NOTHING: Final[frozenset[int]] = frozenset()


class RawResponse(NamedTuple):
    """A response whose head is sound and whose body is complete, still in its content coding.

    Attributes:
        known: the head, when it came before: what follows from it alone need not be found out again.

    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    known: Head | None = None


class Wire(asyncio.Protocol):
    """A connection that carries one request at a time.

    It stays usable only while every byte was asked for and every response ended where it said. Whoever waits for an
    answer gets it, or a CallFailed with the reason; nothing is read any more once either is known.

    Args:
        heads: heads of answers on this and other connections to the same fragment.

    """

    def __init__(self, heads: Heads) -> None:
        self._heads = heads
        self._parser = HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[RawResponse] | None = None
        self._reads_body_of = NOTHING
        self._heard_bytes = 0
        self._begin_message()

    @property
    def is_usable(self) -> bool:
        """Whether another request may be sent."""
        return self._transport is not None and self._answer is None

    def ask(self, message: bytes, *, reads_body_of: frozenset[int]) -> asyncio.Future[RawResponse]:
        """Send a whole request; the future gets the response, or CallFailed."""
        transport = cast("asyncio.Transport", self._transport)
        answer = self._answer = asyncio.get_running_loop().create_future()
        self._reads_body_of = reads_body_of
        self._heard_bytes = 0
        self._begin_message()
        transport.write(message)
        return answer

    def close(self) -> None:
        """Give the connection up, whatever is under way on it."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()

    def expire(self) -> None:
        """The time for the answer is over."""
        self._fail(self._failed("timeout", "no complete answer within the time", has_answer=self._has_head))

    # From here on the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._answer is None:
            self.close()  # nobody asked: whatever this is, the next caller must not take it for an answer
            return
        is_first = self._heard_bytes == 0
        self._heard_bytes += len(data)
        known = self._heads.find(data) if is_first else None
        if known is not None and known[0].status in self._reads_body_of:
            # The parser never hears of this answer and is where it was: between two of them.
            head, body = known
            self._deliver(RawResponse(head.status, head.headers, body, head))
            return
        self._parse(data)
        if is_first and self.is_usable and self._body:
            self._heads.keep(data, self._status, self._headers)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._heard_bytes == 0:
            self._fail(self._failed("connection_reset", "closed before the answer began", has_answer=False))
        elif exc is None:
            self._fail(self._failed("incomplete", "closed before the answer ended"))
        else:
            self._fail(self._failed("connection_reset", f"lost in the middle of the answer: {exc}"))

    # From here on the parser calls. It reads on after a failure, so each of these may come too late to matter.

    def on_message_begin(self) -> None:
        if self._answer is None:
            self.close()  # a second response behind the first
        self._begin_message()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._has_head:
            return  # a trailer
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self._headers[key] = f"{self._headers[key]}, {text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if 100 <= status < 200 and status != 101:  # noqa: PLR2004 -- an interim answer; the real one follows
            return
        self._status, self._has_head = status, True
        try:
            check_head(status, self._headers)
        except CallFailed as failure:
            self._fail(failure)
        else:
            if status not in self._reads_body_of:
                self._deliver(RawResponse(status, self._headers, b""))
                self.close()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if self._body_bytes > BODY_BYTES_MAX:
            self._fail(too_large())
        elif self._answer is not None:
            self._body.append(body)

    def on_message_complete(self) -> None:
        if not self._has_head:
            return
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self._deliver(RawResponse(self._status, self._headers, body))
        if not self._parser.should_keep_alive():
            self.close()

    def _begin_message(self) -> None:
        self._status = self._body_bytes = 0
        self._has_head = False
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []

    def _parse(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            self._fail(self._failed("contract", f"not HTTP: {error}"))
        if not self._has_head and self._heard_bytes > HEADER_BYTES_MAX:
            self._fail(self._failed("too_large", f"more than {HEADER_BYTES_MAX} bytes of headers"))

    def _deliver(self, response: RawResponse) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(response)

    def _fail(self, failure: CallFailed) -> None:
        answer, self._answer = self._answer, None
        self.close()
        if answer is not None and not answer.done():
            answer.set_exception(failure)

    def _failed(self, reason: Reason, detail: str, *, has_answer: bool = True) -> CallFailed:
        return CallFailed(reason=reason, detail=detail, has_answer=has_answer, status=self._status or None)
