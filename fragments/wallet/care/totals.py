"""What play came to today, in 7 days and this month: staked, returned, net and topped up, from the days counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.db.models import Sum

from fragments.wallet.care.ceilings import used_by
from fragments.wallet.care.models import DayTotals
from fragments.wallet.care.windows import PERIODS
from fragments.wallet.commands.statements import wallet_of_player
from fragments.wallet.money import show, show_signed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from fragments.wallet.care.windows import Period

WORDS: Final[Mapping[Period, str]] = {"day": "Today", "week": "7 days", "month": "This month"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodTotals:
    """One period in words."""

    words: str
    staked: str
    returned: str
    net: str
    topped_up: str
    is_ahead: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """All periods, and what was ever topped up above the starting float."""

    periods: tuple[PeriodTotals, ...]
    ever_topped_up: str


def totals_of(player_id: str, *, now: datetime) -> Totals | None:
    """Add up a player's days; None without a wallet."""
    with connection.cursor() as cursor:
        wallet = wallet_of_player(cursor, player_id, is_locked=False)
        if wallet is None:
            return None
        used = used_by(cursor, wallet.id, now)
    ever = DayTotals.objects.filter(wallet=wallet.id).aggregate(sum=Sum("topped_up"))["sum"] or 0
    periods = tuple(
        PeriodTotals(
            words=WORDS[period],
            staked=show(used.staked(period)),
            returned=show(used.won(period)),
            net=show_signed(-used.lost(period)),
            topped_up=show(used.topped_up(period)),
            is_ahead=used.lost(period) < 0,
        )
        for period in PERIODS
    )
    return Totals(periods=periods, ever_topped_up=show(ever))
