"""The panel of breaks, exclusion and time checks in words, and the second step of an exclusion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection

from fragments.wallet.care.exclusion import EXCLUSIONS
from fragments.wallet.care.sitting_view import interval_choices
from fragments.wallet.care.state import play_state
from fragments.wallet.care.table import NoWallet
from fragments.wallet.care.windows import to_moment, to_ms
from fragments.wallet.commands.statements import wallet_of_player

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

BREAK_WORDS: Final[Mapping[str, str]] = {
    "day": "1 day",
    "week": "1 week",
    "month": "1 month",
    "2-months": "2 months",
    "3-months": "3 months",
}
EXCLUSION_WORDS: Final[Mapping[str, str]] = {"6-months": "6 months", "1-year": "1 year", "5-years": "5 years"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondStep:
    """What the player is about to do, said once more."""

    term: str
    words: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CareView:
    """The whole panel.

    `absence`: EXCLUDED, ON_BREAK or "", with `until`. `can_return`: an exclusion is over, and its end may be asked
    for; `returns_at` when that was done. `next_check_min` holds from `next_check_at` on.
    """

    breaks: tuple[tuple[str, str], ...]
    exclusions: tuple[tuple[str, str], ...]
    intervals: tuple[tuple[int, bool], ...]
    absence: str = ""
    until: datetime | None = None
    can_return: bool = False
    returns_at: datetime | None = None
    next_check_min: int | None = None
    next_check_at: datetime | None = None
    second_step: SecondStep | None = None
    done: str = ""
    error: str = ""


def care_view(player_id: str, *, now: datetime, asked_term: str = "", done: str = "", error: str = "") -> CareView:
    """Read the panel; `asked_term` is an exclusion of which the player took the first step. Raises NoWallet."""
    with connection.cursor() as cursor:
        wallet = wallet_of_player(cursor, player_id, is_locked=False)
        if wallet is None:
            raise NoWallet(f"{player_id} has no wallet yet")
        card = play_state(cursor, wallet.id).card
    now_ms = to_ms(now)
    absence = card.absence(now_ms)
    until_ms = {"EXCLUDED": card.excluded_until_ms, "ON_BREAK": card.break_until_ms, None: None}[absence]
    is_waiting = card.next_check_at_ms is not None and now_ms < card.next_check_at_ms
    return CareView(
        breaks=tuple(BREAK_WORDS.items()),
        exclusions=tuple(EXCLUSION_WORDS.items()),
        intervals=interval_choices(card, now_ms),
        absence=absence or "",
        until=_moment(until_ms),
        can_return=absence == "EXCLUDED" and until_ms is not None and now_ms >= until_ms and card.return_at_ms is None,
        returns_at=_moment(card.return_at_ms) if absence == "EXCLUDED" else None,
        next_check_min=card.next_check_min if is_waiting else None,
        next_check_at=_moment(card.next_check_at_ms) if is_waiting else None,
        second_step=_second_step(asked_term, now),
        done=done,
        error=error,
    )


def _second_step(term: str, now: datetime) -> SecondStep | None:
    if term not in EXCLUSIONS:
        return None
    return SecondStep(term=term, words=EXCLUSION_WORDS[term], until=to_moment(EXCLUSIONS[term].after_ms(now)))


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else to_moment(ms)
