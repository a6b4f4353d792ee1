"""Bounds how many calls may be with one neighbour at a time, so that a hanging one cannot hold everything."""

from __future__ import annotations

import asyncio
from collections import deque


class Bulkhead:
    """A number of places, and a short queue for them; fair, and never leaks a place to a caller who has left.

    Args:
        places: calls at a time.
        queue_max: callers who may wait for a place; one more is refused at once.
    """

    def __init__(self, places: int = 32, *, queue_max: int = 32) -> None:
        self.places = places
        self.queue_max = queue_max
        self._in_use = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    @property
    def in_use(self) -> int:
        """Places taken now."""
        return self._in_use

    @property
    def waiting(self) -> int:
        """Callers in the queue now."""
        return len(self._queue)

    def try_enter(self) -> bool:
        """Take a place if one is free and nobody waits for it. After True, call `leave` once."""
        if self._in_use >= self.places or self._queue:
            return False
        self._in_use += 1
        return True

    async def enter(self, wait_s: float) -> bool:
        """Take a place, after waiting at most `wait_s`; False when there was none. After True, call `leave` once."""
        if self.try_enter():
            return True
        if wait_s <= 0 or len(self._queue) >= self.queue_max:
            return False
        return await self._wait_for_place(wait_s)

    def leave(self) -> None:
        """Give the place back: to the caller who has waited longest, if any."""
        while self._queue:
            waiter = self._queue.popleft()
            if not waiter.done():
                waiter.set_result(None)  # the place changes hands without being free in between
                return
        self._in_use -= 1

    async def _wait_for_place(self, wait_s: float) -> bool:
        waiter = asyncio.get_running_loop().create_future()
        self._queue.append(waiter)
        try:
            async with asyncio.timeout(wait_s):
                await waiter
        except TimeoutError:
            return self._has_place_after_all(waiter)
        except asyncio.CancelledError:
            if self._has_place_after_all(waiter):
                self.leave()
            raise
        return True

    def _has_place_after_all(self, waiter: asyncio.Future[None]) -> bool:
        if waiter.done() and not waiter.cancelled():
            return True  # the place came in the same turn of the loop as the end of the wait
        if waiter in self._queue:
            self._queue.remove(waiter)
        return False
