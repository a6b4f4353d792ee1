"""Draws the board: once per change, for everybody, under the number that a GET and a push both carry."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.template.loader import render_to_string

from fragments.lobby.leaderboard.board import TOPIC, Frame, best_of, frame_of
from fragments.lobby.leaderboard.models import BoardFrame, CountedEvent
from fragments.lobby.leaderboard.names import row_id, shown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fragments.lobby.leaderboard.board import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the board, ready to be shown."""

    element_id: str
    rank: int
    name: str
    points: str


def draw_frame(now: datetime, topic: str = TOPIC) -> Frame | None:
    """The next frame, numbered and kept, when the board looks different from the last one; else None.

    `now` (aware UTC) says which day is shown: at midnight everybody's board is empty again.
    """
    with transaction.atomic():
        row = BoardFrame.objects.select_for_update().filter(topic=topic).first()
        counted = CountedEvent.objects.aggregate(last=Max("id"))["last"] or 0
        today = now.astimezone(UTC).date()
        if row is not None and row.day == today and row.counted == counted:
            return None
        html = draw_rows(best_of(today))
        if row is not None and row.day == today and row.html == html:
            BoardFrame.objects.filter(topic=topic).update(counted=counted)
            return None
        row = row or BoardFrame(topic=topic, epoch=secrets.token_hex(2))
        row.seq, row.day, row.html, row.counted, row.as_of = row.seq + 1, today, html, counted, now
        row.save()
    return frame_of(row)


def note_beat(now: datetime, topic: str = TOPIC) -> None:
    """Write down that everything that moves the board was reached at `now`."""
    BoardFrame.objects.filter(topic=topic).update(beat_at=now)


def draw_rows(places: Sequence[Place]) -> str:
    """The list as HTML, the same characters for the same places."""
    rows = [
        Row(
            element_id=row_id(place.player),
            rank=place.rank,
            name=shown_name(place.player),
            points=f"{place.points:,}",
        )
        for place in places
    ]
    return render_to_string("lobby/board_rows.html", {"rows": rows}).strip()


def frame_json(frame: Frame) -> str:
    """The frame as it travels on Redis and rests under `live:last:<topic>`."""
    body = {
        "topic": frame.topic,
        "epoch": frame.epoch,
        "seq": frame.seq,
        "as_of": rfc3339(frame.as_of),
        "html": frame.html,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def rfc3339(moment: datetime) -> str:
    """`2026-11-23T19:00:00Z`."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def day_words(day: date) -> str:
    """`Monday 23 November`."""
    return f"{day:%A} {day.day} {day:%B}"
