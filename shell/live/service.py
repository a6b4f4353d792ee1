"""Everything live in this process, started and stopped as one: hub, subscription, and the watch over sessions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from fragment_kit.serving.logs import logger
from shell import redis_clients
from shell.live.hub import Hub
from shell.live.signals import CHANNEL, Signals
from shell.live.subscription import Subscription
from shell.live.topics import BOARDS
from shell.players.identity import IDENTITY, SessionUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shell.players.identity import Identity

log = logger("live")
# Sign-out reaches every process's sockets within this and a round trip; the contract allows five seconds.
SESSION_CHECK_S: Final = 3.0
# A blink of Redis is nobody's business; a longer silence is said, because an open socket alone looks like news.
SILENCE_S: Final = 2.0
SILENCE_CHECK_S: Final = 0.5


class LiveService:
    """The live part of one shell process.

    Args:
        clean: the HTML policy, `clean(fragment, html)`; raises ContractBroken.
        slots_refreshed_by: the slots to fetch again after an event, by the manifests' `refresh_on`.
        identity: knows which sessions have ended.

    """

    def __init__(
        self,
        *,
        clean: Callable[[str, str], str],
        slots_refreshed_by: Callable[[str], Iterable[str]],
        identity: Identity = IDENTITY,
    ) -> None:
        self.identity = identity
        self.hub = Hub(clean=clean)
        self._signals = Signals(hub=self.hub, slots_refreshed_by=slots_refreshed_by)
        self._subscription = Subscription(heard=self._heard, joined=self._catch_up)
        self._tasks: list[asyncio.Task[None]] = []
        identity.when_signed_out(self.hub.end_session)

    @property
    def is_up(self) -> bool:
        """Whether live updates arrive at this process."""
        return self._subscription.is_up

    async def start(self) -> None:
        """Begin to listen; never fails and never waits, whatever Redis does."""
        if self._tasks:
            return
        watch = (self._watch_sessions(), self._watch_silence())
        work = [self._subscription.run(), *watch, *(board.run() for board in self.hub.boards)]
        self._tasks = [asyncio.create_task(part) for part in work]
        for task in self._tasks:
            task.add_done_callback(_notice)

    async def stop(self) -> None:
        """Send every socket away with “come back”, and end the work."""
        self.hub.close_all()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def announce(self, slots: Iterable[str], spread_ms: int) -> None:
        """Ask every open page, of every shell process, to fetch these panels (`wallet.balance`) again."""
        await self._signals.announce(slots, spread_ms)

    async def _heard(self, channel: str, raw: bytes) -> None:
        if channel == CHANNEL:
            await self._signals.heard(raw)
        else:
            self.hub.publish(raw)

    async def _catch_up(self) -> None:
        kept = await redis_clients.quick().mget([f"live:last:{topic}" for topic in BOARDS])
        for raw in kept:
            if raw is not None:
                self.hub.publish(raw)

    async def _watch_silence(self) -> None:
        while True:
            await asyncio.sleep(SILENCE_CHECK_S)
            silence_s = self._subscription.silence_s
            if silence_s == 0 or silence_s >= SILENCE_S:
                await self.hub.say(is_moving=silence_s == 0)

    async def _watch_sessions(self) -> None:
        while True:
            await asyncio.sleep(SESSION_CHECK_S)
            try:
                await self.identity.settle()
                for key in await self.identity.ended(self.hub.session_keys):
                    self.hub.end_session(key)
                await self._name_the_unsure()
            except Exception:
                # One bad round must not be the last: signed-out players would go on listening.
                log.exception("sessions could not be checked; the next round follows")

    async def _name_the_unsure(self) -> None:
        # One answer is enough: who was unknown was so because Redis was away.
        key = self.hub.unsure_key
        if key is not None and not isinstance(await self.identity.of_key(key), SessionUnknown):
            self.hub.send_back_unsure()


def _notice(task: asyncio.Task[None]) -> None:
    """Say so when work that should last for ever ends; nothing else would tell."""
    if not task.cancelled() and task.exception() is not None:
        log.error("a live task ended", why=repr(task.exception()))
