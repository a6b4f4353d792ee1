"""Reads the board: the best of a day and anybody's exact place, both along one index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q

from fragments.lobby.leaderboard.models import BoardFrame, Score

if TYPE_CHECKING:
    from datetime import date, datetime

TOPIC: Final = "board.daily"
SHOWN: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One player's place; `rank` is 1 for the best."""

    rank: int
    player: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A board as everybody sees it; (`epoch`, `seq`) names it, in a GET as in a push. `beat_at` as in BoardFrame."""

    topic: str
    epoch: str
    seq: int
    day: date
    as_of: datetime
    html: str
    beat_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardReading:
    """What a GET shows: the newest frame (None before the first) and the asking player's own place, if any."""

    frame: Frame | None
    own: Place | None


def best_of(day: date, *, limit: int = SHOWN) -> list[Place]:
    """The first places of a day, in their exact order."""
    rows = Score.objects.filter(day=day, points__gt=0).order_by("-points", "reached_seq", "player")[:limit]
    return [
        Place(rank=rank, player=player, points=points)
        for rank, (player, points) in enumerate(rows.values_list("player", "points"), start=1)
    ]


def place_of(day: date, player: str) -> Place | None:
    """A player's place: one more than the players who stand strictly before; None without points."""
    own = Score.objects.filter(day=day, player=player, points__gt=0).first()
    if own is None:
        return None
    before = Score.objects.filter(day=day, points__gte=own.points).filter(
        Q(points__gt=own.points)
        | Q(reached_seq__lt=own.reached_seq)
        | Q(reached_seq=own.reached_seq, player__lt=own.player)
    )
    return Place(rank=1 + before.count(), player=player, points=own.points)


def newest_frame(topic: str = TOPIC) -> Frame | None:
    """The frame that was drawn last."""
    row = BoardFrame.objects.filter(topic=topic).first()
    return frame_of(row) if row else None


def read_board(player: str | None) -> BoardReading:
    """Everything the slot shows, as of one moment."""
    with transaction.atomic(durable=False):
        frame = newest_frame()
        own = place_of(frame.day, player) if frame and player else None
    return BoardReading(frame=frame, own=own)


def frame_of(row: BoardFrame) -> Frame:
    """The row as a value."""
    return Frame(
        topic=row.topic,
        epoch=row.epoch,
        seq=row.seq,
        day=row.day,
        as_of=row.as_of,
        html=row.html,
        beat_at=row.beat_at,
    )
