"""The wire between shell and fragment: one HTTP client per fragment, behind an interface of our own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from pyreqwest.client import ClientBuilder
from pyreqwest.exceptions import BuilderError, NetworkError, PyreqwestError, RequestTimeoutError

from fragment_kit.contract.errors import DeadlinePassed
from shell.gateway.addresses import Addresses
from shell.gateway.failures import CallFailed
from shell.gateway.names import Names
from shell.gateway.response_guards import BODY_BYTES_MAX, check_head, too_large
from shell.registry.dialable import literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyreqwest.client import Client
    from pyreqwest.response import Response

    from fragment_kit.resilience.deadline import Deadline

CONNECT_TIMEOUT_MS: Final = 150
CONNECTIONS_MAX: Final = 64
IDLE_S: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamRequest:
    """One request, complete but for the address.

    Attributes:
        path: path and query, beginning with one slash.
        headers: everything that is sent; nothing is added but Host and framing.
        reads_body_of: statuses whose body is wanted; any other body is not read at all.

    """

    method: str
    path: str
    headers: Sequence[tuple[str, str]]
    body: bytes = b""
    reads_body_of: frozenset[int] = frozenset({200})


@dataclass(frozen=True, slots=True, kw_only=True)
class RawResponse:
    """A response whose head is sound and whose body is complete, still in its content coding."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Upstream(Protocol):
    """Whatever can carry one request to a fragment."""

    async def send(self, request: UpstreamRequest, deadline: Deadline) -> RawResponse:
        """The response, by the deadline; raises CallFailed otherwise, and nothing else but CancelledError."""
        ...


class HttpUpstream:
    """A fragment at one or more addresses, with a connection pool that is its alone.

    Args:
        urls: base URLs; a host may be a name, and is then dialled only at an address that `names` has checked.
        names: looks names up.

    """

    def __init__(self, urls: Sequence[str], names: Names | None = None) -> None:
        self._addresses = Addresses(tuple(urls))
        self._names = names or Names()
        self._name_of = {url: name for url in self._addresses.urls if (name := _name_in(url))}
        self._pinned: dict[str, str] = {}
        self._client = _build_client(self._pinned)

    async def send(self, request: UpstreamRequest, deadline: Deadline) -> RawResponse:
        """See Upstream.send."""
        base = self._addresses.pick()
        seen: list[int] = []
        try:
            async with deadline.enforced():
                name = self._name_of.get(base)
                if name is not None:
                    await self._pin(name)
                return await self._exchange(base + request.path, request, deadline, seen)
        except DeadlinePassed as error:
            raise _late(seen) from error
        except RequestTimeoutError as error:
            raise _late(seen, was_sent=not _was_connecting(_story(error))) from error
        except PyreqwestError as error:
            failure = _explained(error, seen)
            if not failure.was_sent:
                self._addresses.refused(base)
                self._names.forget(self._name_of.get(base, ""))
            raise failure from error

    async def _pin(self, name: str) -> None:
        """Have the client dial the checked address of `name`, and never look it up by itself."""
        address = await self._names.address_of(name)
        if self._pinned.get(name) != address:
            self._pinned[name] = address
            # Calls under way end on the client they began with.
            self._client = _build_client(self._pinned)

    async def _exchange(self, url: str, request: UpstreamRequest, deadline: Deadline, seen: list[int]) -> RawResponse:
        builder = self._client.request(request.method, url).headers(request.headers)
        # The client keeps the same total deadline by itself and tidies up its connection; ours stands behind it.
        builder = builder.timeout(timedelta(seconds=deadline.remaining_s()))
        if request.body or request.method != "GET":
            builder = builder.body_bytes(request.body)
        async with builder.build_streamed() as response:
            status = response.status
            seen.append(status)
            headers = _headers_of(response)
            check_head(status, headers)
            body = await _read_body(response, headers) if status in request.reads_body_of else b""
            return RawResponse(status=status, headers=headers, body=body)


def _name_in(url: str) -> str:
    """The host of `url` when it has to be looked up, "" when it is an address already."""
    host = urlsplit(url).hostname or ""
    return "" if literal(host) is not None else host


def _build_client(pinned: Mapping[str, str]) -> Client:
    builder = (
        ClientBuilder()
        .http1_only()
        .gzip(False)  # noqa: FBT003 -- the client's own signatures; inflating is ours, because it must be bounded
        .brotli(False)  # noqa: FBT003
        .zstd(False)  # noqa: FBT003
        .deflate(False)  # noqa: FBT003
        .follow_redirects(False)  # noqa: FBT003 -- a redirect could lead to addresses nobody registered
        .default_cookie_store(False)  # noqa: FBT003
        .referer(False)  # noqa: FBT003
        .no_proxy()
        .user_agent("croupier-shell")
        .connect_timeout(timedelta(milliseconds=CONNECT_TIMEOUT_MS))
        .max_connections(CONNECTIONS_MAX)
        .pool_max_idle_per_host(CONNECTIONS_MAX)
        .pool_idle_timeout(timedelta(seconds=IDLE_S))
    )
    for name, address in pinned.items():
        builder = builder.resolve(name, address, 0)  # 0: the port is the URL's
    return builder.build()


def _headers_of(response: Response) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


async def _read_body(response: Response, headers: Mapping[str, str]) -> bytes:
    if "content-length" in headers:  # checked to be within the limit, and the client holds the fragment to it
        return (await response.bytes()).to_bytes()
    chunks: list[bytes] = []
    size = 0
    while (chunk := await response.body_reader.read_chunk()) is not None:
        size += len(chunk)
        if size > BODY_BYTES_MAX:
            raise too_large()
        chunks.append(chunk.to_bytes())
    return b"".join(chunks)


def _late(seen: list[int], *, was_sent: bool = True) -> CallFailed:
    status = seen[0] if seen else None
    detail = "no complete answer within the time" if was_sent else "no connection within the time"
    return CallFailed(reason="timeout", detail=detail, was_sent=was_sent, has_answer=bool(seen), status=status)


def _explained(error: PyreqwestError, seen: list[int]) -> CallFailed:
    story = _story(error)
    status = seen[0] if seen else None
    if isinstance(error, BuilderError):
        return CallFailed(reason="contract", detail=story, was_sent=False, has_answer=False, is_theirs=False)
    if _was_connecting(story):
        return CallFailed(reason="connection_refused", detail=story, was_sent=False, has_answer=False)
    if "head is too large" in story:
        return CallFailed(reason="too_large", detail=story)
    if "end of file" in story or "eof" in story:
        return CallFailed(reason="incomplete", detail=story, status=status)
    if isinstance(error, NetworkError) or "connection closed" in story or "reset by peer" in story:
        return CallFailed(reason="connection_reset", detail=story, has_answer=bool(seen), status=status)
    return CallFailed(reason="contract", detail=story, status=status)


def _was_connecting(story: str) -> bool:
    return "client error (connect)" in story


def _story(error: PyreqwestError) -> str:
    """The client's error and its causes in one lower-case line; its classes do not tell connecting from reading."""
    details = getattr(error, "details", None) or {}
    causes = [cause["message"] for cause in details.get("causes") or []]
    return "; ".join([error.message, *causes]).lower()
