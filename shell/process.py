"""The parts of one shell process that live as long as it does: the edge with its pollers, and everything live."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

from fragment_kit.serving.logs import logger
from shell import redis_clients
from shell.live.routing import websocket_application

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shell.composition.panels import Place
    from shell.live.service import LiveService
    from shell.status.knowledge import Knowledge
    from shell.upkeep.loops import Upkeep

log = logger("shell")


class Edge(Protocol):
    """The gateway's ASGI application, which has work of its own between requests."""

    @property
    def upkeep(self) -> Upkeep: ...

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def skeleton(self, place: Place, locale: str) -> str: ...


class ShellProcess:
    """Starts and stops the long-lived parts together.

    Args:
        edge: composed pages, fragments and their stylesheets.
        live: the hub behind the WebSocket.
        knowledge: what the edge and the hub know of the world now.

    """

    def __init__(self, *, edge: Edge, live: LiveService, knowledge: Callable[[], Knowledge]) -> None:
        self.edge = edge
        self.live = live
        self.knowledge = knowledge
        self.websocket: Callable[[Any, Any, Any], Awaitable[None]] = websocket_application(live)
        self.is_started = False
        self._starting = asyncio.Lock()

    async def start(self) -> None:
        """Begin; a second call does nothing. Neither Redis nor any fragment has to be there."""
        async with self._starting:
            if self.is_started:
                return
            await self.live.start()
            await self.edge.start()
            self.is_started = True

    async def stop(self) -> None:
        """End in the order in which players notice least."""
        self.is_started = False
        await self.live.stop()
        await self.edge.stop()
        await redis_clients.close()
