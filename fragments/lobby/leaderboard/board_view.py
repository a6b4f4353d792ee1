"""What the board template shows, already in words and figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.utils.safestring import SafeString, mark_safe

from fragments.lobby.leaderboard.board import TOPIC
from fragments.lobby.leaderboard.frames import day_words, draw_rows, rfc3339

if TYPE_CHECKING:
    from fragments.lobby.leaderboard.board import BoardReading, Place

PAUSED_AFTER: Final = timedelta(seconds=15)  # three beats of the worker


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlace:
    """The asking player's own line."""

    rank: int
    points: str

    @classmethod
    def of(cls, place: Place) -> OwnPlace:
        return cls(rank=place.rank, points=f"{place.points:,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardView:
    """The board as of its newest frame; paused when its worker has not been heard of."""

    topic: str
    epoch: str
    seq: int
    as_of: str
    day: str
    rows: SafeString
    own: OwnPlace | None
    is_player: bool
    is_paused: bool
    beat_at: datetime | None

    @classmethod
    def of(cls, reading: BoardReading, *, is_player: bool, now: datetime) -> BoardView:
        frame = reading.frame
        beat_at = frame.beat_at if frame else None
        return cls(
            topic=frame.topic if frame else TOPIC,
            epoch=frame.epoch if frame else "",
            seq=frame.seq if frame else 0,
            as_of=rfc3339(frame.as_of if frame else now),
            day=day_words(frame.day if frame else now.astimezone(UTC).date()),
            rows=mark_safe(frame.html if frame else draw_rows([])),  # noqa: S308 - drawn by our own template
            own=OwnPlace.of(reading.own) if reading.own else None,
            is_player=is_player,
            is_paused=beat_at is None or now - beat_at > PAUSED_AFTER,
            beat_at=beat_at,
        )
