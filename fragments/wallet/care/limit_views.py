"""The limits panel in words: what holds, how much of it is used, and what waits for a second yes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection, transaction

from fragments.wallet.care.ceilings import PER_BET, ceilings_of, used_by
from fragments.wallet.care.models import LimitRaise
from fragments.wallet.care.table import NoWallet
from fragments.wallet.care.windows import PERIODS, to_moment, to_ms
from fragments.wallet.commands.statements import wallet_of_player
from fragments.wallet.money import show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from fragments.wallet.care.ceilings import Ceiling, Kind, Used

TITLES: Final[Mapping[Kind, tuple[str, str]]] = {
    "loss": ("Losses", "What you stake minus what you win. A stake counts as lost until it wins."),
    "stake": ("Single stake", "The most you can stake in one bet."),
    "time": ("Playing time", "Time in sessions, from when you sit down until you leave."),
    "topup": ("Top-ups", "Play money you add. Nothing makes this smaller again."),
}
PERIOD_WORDS: Final[Mapping[str, str]] = {
    "day": "a day",
    "week": "in 7 days",
    "month": "a month",
    PER_BET: "per bet",
}
MINUTES_AN_HOUR: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow:
    """One limit in force."""

    period: str
    words: str
    used: str
    is_reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitBlock:
    """One kind of limit: what holds, and the form to set another."""

    kind: str
    title: str
    words: str
    unit: str
    periods: tuple[tuple[str, str], ...]
    rows: tuple[LimitRow, ...]
    typed: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A raise that was asked for."""

    id: str
    words: str
    from_at: datetime
    until_at: datetime
    can_confirm: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsView:
    """The whole panel. `error` names the kind in whose form something was wrong, with the sentence."""

    blocks: tuple[LimitBlock, ...]
    wishes: tuple[Wish, ...]
    done: str = ""
    error: str = ""


def limits_view(
    player_id: str, *, now: datetime, done: str = "", error: str = "", at: str = "", typed: str = ""
) -> LimitsView:
    """Read the panel on one snapshot; `error` belongs into the form of the kind `at`, or above all. Raises NoWallet."""
    with transaction.atomic(), connection.cursor() as cursor:
        wallet = wallet_of_player(cursor, player_id, is_locked=False)
        if wallet is None:
            raise NoWallet(f"{player_id} has no wallet yet")
        ceilings, used = ceilings_of(cursor, wallet.id), used_by(cursor, wallet.id, now)
        wishes = LimitRaise.objects.filter(wallet=wallet.id, outcome="open", lapses_ms__gt=to_ms(now))
        waiting = tuple(_wish(wish, now) for wish in wishes.order_by("effective_ms"))
    blocks = tuple(
        _block(kind, ceilings, used, error=error if kind == at else "", typed=typed if kind == at else "")
        for kind in TITLES
    )
    return LimitsView(blocks=blocks, wishes=waiting, done=done, error="" if at in TITLES else error)


def amount_words(kind: str, amount: int) -> str:
    """`50.00 chips`, or `1 h 30 min`."""
    if kind != "time":
        return f"{show(amount)} chips"
    hours, minutes = divmod(amount, MINUTES_AN_HOUR)
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes or not hours)
    return " ".join(parts)


def _block(kind: Kind, ceilings: Sequence[Ceiling], used: Used, *, error: str, typed: str) -> LimitBlock:
    title, words = TITLES[kind]
    periods = (PER_BET,) if kind == "stake" else PERIODS
    mine = sorted((one for one in ceilings if one.kind == kind), key=lambda one: periods.index(one.period))
    return LimitBlock(
        kind=kind,
        title=title,
        words=words,
        unit="minutes" if kind == "time" else "chips",
        periods=() if kind == "stake" else tuple((period, PERIOD_WORDS[period]) for period in PERIODS),
        rows=tuple(_row(one, used) for one in mine),
        typed=typed,
        error=error,
    )


def _row(ceiling: Ceiling, used: Used) -> LimitRow:
    words = f"{amount_words(ceiling.kind, ceiling.amount)} {PERIOD_WORDS[ceiling.period]}"
    if ceiling.period == PER_BET:
        return LimitRow(period=ceiling.period, words=words, used="", is_reached=False)
    amount = max(0, used.of(ceiling.kind, ceiling.period))
    return LimitRow(
        period=ceiling.period,
        words=words,
        used=amount_words(ceiling.kind, amount),
        is_reached=amount >= ceiling.amount,
    )


def _wish(wish: LimitRaise, now: datetime) -> Wish:
    title = TITLES[wish.kind][0].lower()  # type: ignore[index]
    amount = "no limit" if wish.amount is None else amount_words(wish.kind, wish.amount)
    return Wish(
        id=str(wish.id),
        words=f"{amount} for {title} {PERIOD_WORDS[wish.period]}",
        from_at=to_moment(wish.effective_ms),
        until_at=to_moment(wish.lapses_ms),
        can_confirm=wish.effective_ms <= to_ms(now),
    )
