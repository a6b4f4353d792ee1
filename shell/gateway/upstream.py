"""The wire between shell and fragment: one pool of connections per fragment, behind an interface of our own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol
from urllib.parse import urlsplit

from fragment_kit.contract.errors import DeadlinePassed
from shell.gateway.addresses import Addresses
from shell.gateway.connections import Connections, Peer
from shell.gateway.failures import CallFailed
from shell.gateway.names import Names
from shell.gateway.wire import RawResponse
from shell.registry.dialable import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fragment_kit.resilience.deadline import Deadline

__all__ = ["HttpUpstream", "RawResponse", "Upstream", "UpstreamRequest"]

PORTS: Final = {"http": 80, "https": 443}


class UpstreamRequest(NamedTuple):
    """One request, complete but for the address.

    Attributes:
        path: path and query, beginning with one slash.
        headers: everything that is sent; nothing is added but Host, User-Agent and framing.
        reads_body_of: statuses whose body is wanted; any other body is not read at all.

    """

    method: str
    path: str
    headers: Sequence[tuple[str, str]]
    body: bytes = b""
    reads_body_of: frozenset[int] = frozenset({200})


class Upstream(Protocol):
    """Whatever can carry one request to a fragment."""

    async def send(self, request: UpstreamRequest, deadline: Deadline) -> RawResponse:
        """The response, by the deadline; raises CallFailed otherwise, and nothing else but CancelledError."""
        ...


class HttpUpstream:
    """A fragment at one or more addresses, with connections that are its alone.

    Args:
        urls: base URLs; a host may be a name, and is then dialled only at an address that `names` has checked.
        names: looks names up.

    """

    def __init__(self, urls: Sequence[str], names: Names | None = None) -> None:
        self._addresses = Addresses(tuple(urls))
        self._names = names or Names()
        self._origins = {url: _Origin(url) for url in self._addresses.urls}

    async def send(self, request: UpstreamRequest, deadline: Deadline) -> RawResponse:
        """See Upstream.send."""
        url = self._addresses.pick()
        origin = self._origins[url]
        message = _message(request, origin.host)
        try:
            address = await self._look_up(origin.name, deadline) if origin.has_name else origin.name
            return await _exchange(origin.at(address), message, request, deadline)
        except CallFailed as failure:
            if not failure.was_sent and failure.reason == "connection_refused":
                self._addresses.refused(url)
                self._names.forget(origin.name)
            raise

    async def _look_up(self, name: str, deadline: Deadline) -> str:
        try:
            async with deadline.enforced():
                return await self._names.address_of(name)
        except DeadlinePassed as error:
            detail = f"{name!r} was not looked up within the time"
            raise CallFailed(reason="timeout", detail=detail, was_sent=False, has_answer=False) from error


class _Origin:
    """One base URL and the connections to wherever it leads now."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc
        self.name = parts.hostname or ""
        self.has_name = literal(self.name) is None
        self._is_secret = parts.scheme == "https"
        self._port = parts.port or PORTS[parts.scheme]
        self._connections: Connections | None = None

    def at(self, address: str) -> Connections:
        """The connections to `address`; those to where the name led before are not used any more."""
        known = self._connections
        if known is not None and known.peer.address == address:
            return known
        if known is not None:
            known.close()
        peer = Peer(name=self.name, address=address, port=self._port, is_secret=self._is_secret)
        self._connections = Connections(peer)
        return self._connections


async def _exchange(
    connections: Connections, message: bytes, request: UpstreamRequest, deadline: Deadline
) -> RawResponse:
    # A connection that idles may be closed by the fragment at this very moment. A GET would be sent again, an action
    # never: it gets a connection that has just been opened.
    wire = connections.take() if request.method == "GET" else None
    if wire is None:
        wire = await connections.open(deadline)
    timer = asyncio.get_running_loop().call_later(deadline.remaining_s(), wire.expire)
    try:
        return await wire.ask(message, reads_body_of=request.reads_body_of)
    finally:
        timer.cancel()
        connections.give_back(wire)


def _message(request: UpstreamRequest, host: str) -> bytes:
    """The request's bytes; raises CallFailed rather than let a line break or a foreign letter onto the wire."""
    lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: {host}", "User-Agent: croupier-shell"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    if request.body or request.method != "GET":
        lines.append(f"Content-Length: {len(request.body)}")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1 or not head.isascii():
        detail = "a header or path of this request does not fit into one line of ASCII"
        raise CallFailed(reason="contract", detail=detail, was_sent=False, has_answer=False, is_theirs=False)
    return f"{head}\r\n\r\n".encode("ascii") + request.body
