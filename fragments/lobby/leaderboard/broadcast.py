"""Sends the board when it changes: at most four frames a second, the newest wins, nothing waits in a queue."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from fragment_kit.events.pace import Pace
from fragment_kit.events.stream import StreamAway
from fragment_kit.resilience.clock import MONOTONIC, Clock
from fragment_kit.serving.logs import logger
from fragment_kit.serving.threads import in_thread
from fragments.lobby.leaderboard.board import newest_frame
from fragments.lobby.leaderboard.frames import draw_frame, note_beat
from fragments.lobby.leaderboard.projection import COUNTED_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fragment_kit.contract.events import CloudEvent
    from fragments.lobby.leaderboard.board import Frame
    from fragments.lobby.leaderboard.outlet import Outlet

LOG = logger("board")
FRAME_EVERY_S: Final = 0.25
LOOK_EVERY_S: Final = 1.0  # other workers count too, and days end
BEAT_EVERY_S: Final = 5.0
NEWS: Final = "board.changed"


def utc_now() -> datetime:
    """Now, aware."""
    return datetime.now(UTC)


class Broadcaster:
    """A worker's job; `run` until told to stop, or `turn` once in a test.

    Args:
        outlet: takes frames and signals.
        clock: measures the pace.
        now: tells the day and the time on a frame.

    """

    name = "board frames"

    def __init__(self, outlet: Outlet, *, clock: Clock = MONOTONIC, now: Callable[[], datetime] = utc_now) -> None:
        self._outlet = outlet
        self._clock = clock
        self._now = now
        self._changed = asyncio.Event()
        self._moved: dict[str, None] = {}
        self._drawn_s = float("-inf")
        self._beat_s = float("-inf")
        self._unsent: Frame | None = None
        self._is_away = False

    async def announce(self, events: Sequence[CloudEvent]) -> None:
        """Hear what was counted; with the next frame the players concerned are told that their place may have moved."""
        players = [str(event.data.get("player_id", "")) for event in events if event.type in COUNTED_TYPES]
        if players:
            self._moved |= dict.fromkeys(players)
            self._changed.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Draw and send until `stop` is set; an outage of Redis costs pushes, never the board."""
        while not stop.is_set():
            await self.turn()
            await self._until_changed(stop)
            # A change is heard at once and drawn when its quarter of a second has come: more changes join it.
            await Pace.rest(stop, self._until_due_s())

    async def turn(self) -> None:
        """Draw and send what has changed, unless the last frame is too young."""
        if self._until_due_s() > 0:
            return
        self._changed.clear()
        self._drawn_s = self._clock.monotonic()
        self._unsent = await in_thread(draw_frame, self._now()) or self._unsent
        try:
            await self._deliver()
        except StreamAway as away:
            if not self._is_away:
                LOG.warning("board is not pushed", why=str(away))
            self._is_away = True

    async def _deliver(self) -> None:
        if self._unsent is not None:
            await self._outlet.send(self._unsent)
            self._unsent = None
        while self._moved:
            player, _ = self._moved.popitem()
            await self._outlet.signal(NEWS, player=player)
        if self._clock.monotonic() - self._beat_s < BEAT_EVERY_S:
            return
        frame = await in_thread(newest_frame)
        if frame is not None:
            await self._outlet.keep(frame)
            await in_thread(note_beat, self._now())
        if self._is_away:
            # Panels that said “paused” are fetched once.
            await self._outlet.signal(NEWS)
            self._is_away = False
        self._beat_s = self._clock.monotonic()

    def _until_due_s(self) -> float:
        return max(0.0, self._drawn_s + FRAME_EVERY_S - self._clock.monotonic())

    async def _until_changed(self, stop: asyncio.Event) -> None:
        waits = [asyncio.create_task(event.wait()) for event in (stop, self._changed)]
        try:
            await asyncio.wait(waits, timeout=LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
