"""The limits in force against what was used: the lowest of them decides, with the stake counted as lost at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast

from django.conf import settings

from fragments.wallet.care import news
from fragments.wallet.care.state import LAPSE_MS, MINUTE_MS, CareUnreadable, today
from fragments.wallet.care.windows import PERIODS, first_day, overlap_ms, starts_at_ms, to_ms
from fragments.wallet.models import LedgerTransaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.backends.utils import CursorWrapper

    from fragments.wallet.care.windows import Period
    from fragments.wallet.commands.rows import LockedWallet

Kind = Literal["topup", "loss", "stake", "time"]
KINDS: Final[tuple[Kind, ...]] = ("topup", "loss", "stake", "time")
PER_BET: Final = "bet"

_LIMITS: Final = "SELECT id, kind, period, amount, reached_day FROM wallet_limit WHERE wallet_id = %s"
_TOTALS: Final = "SELECT day, staked, won, topped_up FROM wallet_daytotals WHERE wallet_id = %s AND day >= %s"
_SITTINGS: Final = (
    "SELECT started_ms, seen_ms, ended_ms FROM wallet_sitting WHERE wallet_id = %s"
    " AND (seen_ms >= %s OR ended_ms >= %s OR ended_ms IS NULL)"
)
_REACHED: Final = "UPDATE wallet_limit SET reached_day = %s WHERE id = %s"
_ADD: Final = (
    "INSERT INTO wallet_daytotals (wallet_id, day, staked, won, topped_up) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (wallet_id, day) DO UPDATE SET staked = wallet_daytotals.staked + EXCLUDED.staked,"
    " won = wallet_daytotals.won + EXCLUDED.won, topped_up = wallet_daytotals.topped_up + EXCLUDED.topped_up"
)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A limit in force."""

    id: int
    kind: Kind
    period: Period | Literal["bet"]
    amount: int
    reached_day: int = 0


@dataclass(frozen=True, slots=True)
class DaySum:
    """One day's totals, minor units."""

    day: int
    staked: int = 0
    won: int = 0
    topped_up: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What counts against a player's limits today. A day in the future counts too: the clock went back since."""

    today: int
    days: Sequence[DaySum]
    stretches_ms: Sequence[tuple[int, int]] = ()

    def staked(self, period: Period) -> int:
        """Stakes that were not returned."""
        return sum(day.staked for day in self._in(period))

    def won(self, period: Period) -> int:
        """What was paid."""
        return sum(day.won for day in self._in(period))

    def lost(self, period: Period) -> int:
        """Staked minus won; negative when the player is ahead."""
        return self.staked(period) - self.won(period)

    def topped_up(self, period: Period) -> int:
        """Gross: nothing that left the wallet makes it smaller."""
        return sum(day.topped_up for day in self._in(period))

    def played_ms(self, period: Period) -> int:
        """Time in sittings."""
        since_ms = starts_at_ms(first_day(period, self.today), settings.HOUSE_TIME_ZONE)
        return sum(overlap_ms(start, end, since_ms=since_ms) for start, end in self.stretches_ms)

    def of(self, kind: Kind, period: Period) -> int:
        """What counts against a limit of this kind: minor units, or minutes of play."""
        if kind == "time":
            return self.played_ms(period) // MINUTE_MS
        return self.topped_up(period) if kind == "topup" else self.lost(period)

    def _in(self, period: Period) -> Iterable[DaySum]:
        first = first_day(period, self.today)
        return (day for day in self.days if day.day >= first)


def breached_by_stake(ceilings: Sequence[Ceiling], used: Used, stake_minor: int) -> Ceiling | None:
    """The first limit that a stake would exceed; time is up when it is used, not when it is exceeded."""
    for ceiling in ceilings:
        if ceiling.kind == "stake" and stake_minor > ceiling.amount:
            return ceiling
        if ceiling.kind == "time" and used.played_ms(_window(ceiling)) >= ceiling.amount * MINUTE_MS:
            return ceiling
        if ceiling.kind == "loss" and used.lost(_window(ceiling)) + stake_minor > ceiling.amount:
            return ceiling
    return None


def breached_by_topup(ceilings: Sequence[Ceiling], used: Used, amount_minor: int) -> Ceiling | None:
    """The first limit that a top-up would exceed."""
    for ceiling in ceilings:
        if ceiling.kind == "topup" and used.topped_up(_window(ceiling)) + amount_minor > ceiling.amount:
            return ceiling
    return None


def ceilings_of(cursor: CursorWrapper, wallet_id: UUID) -> list[Ceiling]:
    """A player's limits; raises CareUnreadable for one that cannot be understood, for it would not be kept."""
    cursor.execute(_LIMITS, [wallet_id.hex])
    found = [Ceiling(*row) for row in cursor.fetchall()]
    for ceiling in found:
        known = (PER_BET,) if ceiling.kind == "stake" else PERIODS
        if ceiling.kind not in KINDS or ceiling.period not in known or ceiling.amount < 0:
            raise CareUnreadable(f"limit {ceiling.id} is a {ceiling.kind} of {ceiling.amount} per {ceiling.period}")
    return sorted(found, key=lambda ceiling: KINDS.index(ceiling.kind), reverse=True)


def used_by(cursor: CursorWrapper, wallet_id: UUID, now: datetime) -> Used:
    """What the player used of every window that is open now."""
    day = today(now)
    since = min(first_day(period, day) for period in PERIODS)
    cursor.execute(_TOTALS, [wallet_id.hex, since])
    days = [DaySum(*row) for row in cursor.fetchall()]
    since_ms, now_ms = starts_at_ms(since, settings.HOUSE_TIME_ZONE), to_ms(now)
    cursor.execute(_SITTINGS, [wallet_id.hex, since_ms, since_ms])
    stretches = [(row[0], _end_ms(row[1], row[2], now_ms)) for row in cursor.fetchall()]
    return Used(today=day, days=days, stretches_ms=stretches)


def tell_reached(cursor: CursorWrapper, wallet: LockedWallet, ceiling: Ceiling, used: Used, now: datetime) -> None:
    """Say once per window that a limit is reached; per bet it is said once a day."""
    window: Period = "day" if ceiling.period == PER_BET else _window(ceiling)
    since = first_day(window, used.today)
    if ceiling.reached_day >= since:
        return
    cursor.execute(_REACHED, [used.today, ceiling.id])
    counted = None if ceiling.kind == "stake" else str(used.of(ceiling.kind, window))
    data = {
        "limit_id": f"{ceiling.kind}.{ceiling.period}",
        "kind": ceiling.kind,
        "period": ceiling.period,
        "used": counted,
    }
    news.tell(cursor, wallet, news.LIMIT_REACHED, data, now)


def add_to_day(
    cursor: CursorWrapper, wallet_id: UUID, day: int, *, staked: int = 0, won: int = 0, topped_up: int = 0
) -> None:
    """Count money on a day, in one statement that needs no look before."""
    cursor.execute(_ADD, [wallet_id.hex, day, staked, won, topped_up])


def day_of_bet(bet_id: UUID, now: datetime) -> int:
    """The day of the house on which a bet was counted; rollbacks are rare, so this may be a look of its own."""
    placed_at = LedgerTransaction.objects.filter(id=bet_id).values_list("created_at", flat=True).first()
    return today(placed_at or now)


def _end_ms(seen_ms: int, ended_ms: int | None, now_ms: int) -> int:
    """Until when a sitting counts: an open one until now, unless it lapsed at its last bet."""
    if ended_ms is not None:
        return ended_ms
    return seen_ms if now_ms - seen_ms >= LAPSE_MS else max(now_ms, seen_ms)


def _window(ceiling: Ceiling) -> Period:
    return cast("Period", ceiling.period)
