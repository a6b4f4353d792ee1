"""How long the player has been playing, by the server's clock, so that no fragment and no browser can silence it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class HasSession(Protocol):
    """A player with the time at which the session began."""

    @property
    def started_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionClock:
    """What the header shows; the browser goes on counting from `elapsed_s` and never asks when the session began."""

    elapsed_s: int

    @property
    def words(self) -> str:
        """Hours and minutes, `00:42`."""
        return f"{self.elapsed_s // 3600:02}:{self.elapsed_s // 60 % 60:02}"


def session_clock(player: HasSession | None, *, now: datetime | None = None) -> SessionClock | None:
    """The clock of a signed-in player's session; nobody else has one."""
    if player is None:
        return None
    elapsed = (now or datetime.now(UTC)) - player.started_at
    return SessionClock(elapsed_s=max(0, int(elapsed.total_seconds())))
