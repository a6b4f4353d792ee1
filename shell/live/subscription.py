"""The process's one subscription to Redis: survives its absence, notices a silent death, and heals with back-off."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, Any, Final

from fragment_kit.serving.logs import logger
from shell import redis_clients
from shell.redis_clients import REDIS_AWAY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from redis.asyncio.client import PubSub

log = logger("live")
PATTERN: Final = "live.*"
# Without a message for this long Redis is asked for a sign of life; without one it counts as away.
QUIET_S: Final = 2.0
FIRST_WAIT_S: Final = 0.2
LONGEST_WAIT_S: Final = 4.0


class Subscription:
    """Listens on `live.*`.

    Args:
        heard: called with channel and message, in order.
        joined: awaited after each (re)connection, before any message, to catch up on what was missed.

    """

    def __init__(
        self, *, heard: Callable[[str, bytes], Awaitable[None]], joined: Callable[[], Awaitable[None]]
    ) -> None:
        self._heard = heard
        self._joined = joined
        self.is_up = False
        self._lost_at_s = time.monotonic()
        self._asked_at_s: float | None = None

    @property
    def silence_s(self) -> float:
        """For how long nothing can have been heard; 0 while it listens."""
        return 0.0 if self.is_up else time.monotonic() - self._lost_at_s

    async def run(self) -> None:
        """Listen for as long as the process lives."""
        wait_s = FIRST_WAIT_S
        while True:
            try:
                await self._listen()
            except REDIS_AWAY as error:
                why: BaseException = error
            except Exception as error:
                log.exception("live subscription broke and starts again")
                why = error
            if self.is_up:
                log.warning("live updates paused: Redis is away", why=type(why).__name__)
                wait_s = FIRST_WAIT_S
                self._lost_at_s = self._asked_at_s or time.monotonic()
            self.is_up = False
            # Half of the wait is luck, so that many processes do not come back in step.
            await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))  # noqa: S311
            wait_s = min(LONGEST_WAIT_S, wait_s * 2)

    async def _listen(self) -> None:
        client = redis_clients.listening()
        try:
            async with client.pubsub() as pubsub:
                await asyncio.wait_for(pubsub.psubscribe(PATTERN), QUIET_S)
                await self._joined()
                self.is_up = True
                await self._read(pubsub)
        finally:
            await client.aclose()

    async def _read(self, pubsub: PubSub) -> None:
        self._asked_at_s = None
        while True:
            message: dict[str, Any] | None = await pubsub.get_message(timeout=QUIET_S)
            if message is None:
                if self._asked_at_s is not None:
                    raise ConnectionError("Redis gave no sign of life")
                self._asked_at_s = time.monotonic()
                await asyncio.wait_for(pubsub.ping(), QUIET_S)
                continue
            self._asked_at_s = None
            if message["type"] == "pmessage":
                await self._heard(message["channel"].decode(), message["data"])
