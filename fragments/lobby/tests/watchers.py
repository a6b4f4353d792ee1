"""A stand-in for Redis: keeps what was pushed, and can be away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fragment_kit.events.stream import StreamAway

if TYPE_CHECKING:
    from fragments.lobby.leaderboard.board import Frame


class Watchers:
    """An Outlet: `pushed` in order, `kept` the last one, `signals` as (emits, player)."""

    def __init__(self) -> None:
        self.pushed: list[Frame] = []
        self.kept: Frame | None = None
        self.signals: list[tuple[str, str | None]] = []
        self.is_away = False

    async def send(self, frame: Frame) -> None:
        self._there()
        self.pushed.append(frame)
        self.kept = frame

    async def keep(self, frame: Frame) -> None:
        self._there()
        self.kept = frame

    async def signal(self, emits: str, *, player: str | None = None) -> None:
        self._there()
        self.signals.append((emits, player))

    def _there(self) -> None:
        if self.is_away:
            raise StreamAway("nobody is there")
