"""Stops the work for a request whose browser has left: servers go on with it, and a closed tab would hold places."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from asgiref.typing import ASGIReceiveCallable

# Most requests are answered sooner than this, and for them only a timer is set and cleared.
PATIENCE_S: Final = 0.02


class Departure:
    """Watches one request from the task that answers it; cancels that task when the browser leaves.

    Args:
        receive: the request's own; nothing else may read from it, so this is for requests without a body.
        patience_s: a request that takes no longer is not watched.

    Attributes:
        has_left: whether the cancellation came from here.

    """

    __slots__ = ("_receive", "_task", "_timer", "_watch", "has_left")

    def __init__(self, receive: ASGIReceiveCallable, *, patience_s: float = PATIENCE_S) -> None:
        self.has_left = False
        self._receive = receive
        self._task = cast("asyncio.Task[None]", asyncio.current_task())
        self._watch: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(patience_s, self._begin)

    def end(self) -> None:
        """The request is answered; call it whatever happened."""
        self._timer.cancel()
        if self._watch is not None:
            self._watch.cancel()

    def settle(self) -> bool:
        """After a CancelledError: whether it was this one's own, and has been dealt with by that."""
        if self.has_left:
            self._task.uncancel()
        return self.has_left

    def _begin(self) -> None:
        self._watch = asyncio.create_task(self._look())

    async def _look(self) -> None:
        message = await self._receive()
        while message["type"] == "http.request" and message["more_body"]:
            message = await self._receive()
        if message["type"] == "http.request":
            message = await self._receive()
        if message["type"] == "http.disconnect":
            self.has_left = True
            self._task.cancel()
