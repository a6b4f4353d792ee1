"""Connections to one address of a fragment: taken for one exchange, given back when nothing about them is in doubt."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from shell.gateway.failures import CallFailed
from shell.gateway.heads import Heads
from shell.gateway.wire import Wire

if TYPE_CHECKING:
    from fragment_kit.contract.outcome import Reason
    from fragment_kit.resilience.deadline import Deadline

# A lost packet is sent again after a second, so waiting longer finds nobody; waiting less would take our own delays on
# a busy machine for the fragment's.
CONNECT_TIMEOUT_S: Final = 0.25
IDLE_S: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Where to connect to. `name` is the host as the registry wrote it, for the certificate; `address` is dialled."""

    name: str
    address: str
    port: int
    is_secret: bool


class Connections:
    """A pool without a limit of its own: the fragment's bulkhead bounds how many exchanges there are at a time.

    Args:
        peer: the one address that is ever dialled.

    """

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self._tls = ssl.create_default_context() if peer.is_secret else None
        self._idle: list[tuple[Wire, float]] = []
        self._heads = Heads()

    def take(self) -> Wire | None:
        """A usable connection, if one is idle; the one used last, so that those not needed any more grow old."""
        expired_s = asyncio.get_running_loop().time() - IDLE_S
        while self._idle:
            wire, since_s = self._idle.pop()
            if not wire.is_usable:
                continue
            if since_s > expired_s:
                return wire
            wire.close()
        return None

    def give_back(self, wire: Wire) -> None:
        """Keep the connection for the next caller, or close it when its exchange did not end well."""
        if wire.is_usable:
            self._idle.append((wire, asyncio.get_running_loop().time()))
        else:
            wire.close()

    def close(self) -> None:
        """Close what is idle; exchanges under way end first, on connections that are then given back to nobody."""
        while self._idle:
            self._idle.pop()[0].close()

    async def open(self, deadline: Deadline) -> Wire:
        """A new connection; raises CallFailed."""
        peer, tls = self.peer, self._tls
        make, name = partial(Wire, self._heads), self.peer.name if tls else None
        dial = asyncio.get_running_loop().create_connection(
            make, peer.address, peer.port, ssl=tls, server_hostname=name
        )
        try:
            async with asyncio.timeout(min(CONNECT_TIMEOUT_S, deadline.remaining_s())):
                _, wire = await dial
        except TimeoutError as error:
            raise _unconnected("timeout", "no connection within the time") from error
        except OSError as error:
            raise _unconnected("connection_refused", str(error)) from error
        return wire


def _unconnected(reason: Reason, detail: str) -> CallFailed:
    return CallFailed(reason=reason, detail=detail, was_sent=False, has_answer=False)
