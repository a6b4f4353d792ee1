"""The history of twelve months as a CSV file, handed over a part at a time, newest line first."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from fragment_kit.serving.download import Part, download
from fragment_kit.serving.threads import in_thread
from fragments.wallet.models import HistoryLine
from fragments.wallet.money import CURRENCY, SCALE

if TYPE_CHECKING:
    from datetime import datetime

    from fragment_kit.serving.call import SlotCall

PART_LINES: Final = 500
MONTHS_12: Final = timedelta(days=366)
COLUMNS: Final = ("time_utc", "what", "game", "round", "amount", "balance_after", "currency")
_VERSION: Final = re.compile(r"[1-9][0-9]{0,17}")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@download("/history.csv")
async def history_file(call: SlotCall, after: str) -> Part:
    """One part of the player's own history; `after` is the version of the last line before it."""
    before = int(after) if _VERSION.fullmatch(after) else None
    return await in_thread(part_of, call.player or "", before, now=timezone.now())


def part_of(player_id: str, before: int | None, *, now: datetime, lines: int = PART_LINES) -> Part:
    """At most `lines` lines below version `before`; the first part begins with the names of the columns."""
    found = HistoryLine.objects.filter(player_id=player_id, at__gte=now - MONTHS_12).order_by("-wallet_version")
    if before is not None:
        found = found.filter(wallet_version__lt=before)
    rows = list(found[: lines + 1])
    text = io.StringIO()
    writer = csv.writer(text)
    if before is None:
        writer.writerow(COLUMNS)
    for row in rows[:lines]:
        writer.writerow(_cells(row))
    return Part(text.getvalue(), next=str(rows[lines - 1].wallet_version) if len(rows) > lines else "")


def _cells(line: HistoryLine) -> tuple[str, ...]:
    return (
        line.at.strftime("%Y-%m-%d %H:%M:%S"),
        line.kind,
        _harmless(line.game_id),
        _harmless(line.round_id),
        _decimal(line.amount),
        _decimal(line.cash_after),
        CURRENCY,
    )


def _decimal(minor: int) -> str:
    """`-12.50`: a plain number, as table programs read it."""
    whole, rest = divmod(abs(minor), SCALE)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:02d}"


def _harmless(text: str) -> str:
    """A provider's id that a table program would run as a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULA) else text
