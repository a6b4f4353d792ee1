"""What a session came to, in words: for the header, the time check, and the panel of breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from fragments.wallet.care.models import Sitting
from fragments.wallet.care.state import CHECK_MINUTES, MINUTE_MS, play_state
from fragments.wallet.care.table import NoWallet
from fragments.wallet.care.windows import to_moment, to_ms
from fragments.wallet.commands.statements import wallet_of_player
from fragments.wallet.money import show, show_signed

if TYPE_CHECKING:
    from datetime import datetime

    from fragments.wallet.care.state import Card

MINUTES_AN_HOUR: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingView:
    """The session in hand, or that there is none; `is_due` when bets wait for the answer to a time check.

    `is_news`: nobody has written down yet that this check was shown.

    `absence` is EXCLUDED, ON_BREAK or "". `until`: when a break is over.
    """

    is_playing: bool
    is_due: bool = False
    is_news: bool = False
    played: str = ""
    since: datetime | None = None
    staked: str = ""
    returned: str = ""
    net: str = ""
    is_ahead: bool = False
    choices: tuple[tuple[int, bool], ...] = ()
    absence: str = ""
    until: datetime | None = None


def standing_view(player_id: str, *, now: datetime) -> StandingView:
    """Read what the header shows. Raises NoWallet."""
    with connection.cursor() as cursor:
        wallet = wallet_of_player(cursor, player_id, is_locked=False)
        if wallet is None:
            raise NoWallet(f"{player_id} has no wallet yet")
        state = play_state(cursor, wallet.id)
    now_ms = to_ms(now)
    absence = state.card.absence(now_ms)
    if absence is not None:
        return _away(state.card, absence)
    sitting = state.sitting
    if sitting is None or sitting.has_lapsed(now_ms):
        return StandingView(is_playing=False)
    row = Sitting.objects.get(id=sitting.id)
    is_due = sitting.is_check_due(now_ms)
    return StandingView(
        is_playing=True,
        is_due=is_due,
        is_news=is_due and sitting.check_shown_ms is None,
        played=minutes_words((sitting.now_ms(now_ms) - sitting.started_ms) // MINUTE_MS),
        since=to_moment(sitting.started_ms),
        choices=interval_choices(state.card, now_ms),
        **money_words(row.staked, row.won),
    )


def interval_choices(card: Card, now_ms: int) -> tuple[tuple[int, bool], ...]:
    """The intervals on offer, each with whether it is the one in force."""
    current = card.interval_ms(now_ms) // MINUTE_MS
    return tuple((minutes, minutes == current) for minutes in CHECK_MINUTES)


def money_words(staked: int, won: int) -> dict[str, Any]:
    """Staked, returned and net, ready to be shown."""
    return {
        "staked": show(staked),
        "returned": show(won),
        "net": show_signed(won - staked),
        "is_ahead": won > staked,
    }


def minutes_words(minutes: int) -> str:
    """`1 hour`, `2 hours and 5 minutes`, `1 minute`."""
    hours, rest = divmod(minutes, MINUTES_AN_HOUR)
    parts = [_counted(hours, "hour")] * bool(hours) + [_counted(rest, "minute")] * bool(rest or not hours)
    return " and ".join(parts)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _away(card: Card, absence: str) -> StandingView:
    until_ms = card.excluded_until_ms if absence == "EXCLUDED" else card.break_until_ms
    return StandingView(is_playing=False, absence=absence, until=None if until_ms is None else to_moment(until_ms))
