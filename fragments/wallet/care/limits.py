"""Sets limits: a cut binds at once; more, or none at all, needs a day, a second yes, and is forgotten after a week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from fragment_kit.contract.events import uuid7
from fragments.wallet.care import news
from fragments.wallet.care.ceilings import KINDS, PER_BET
from fragments.wallet.care.models import Limit, LimitRaise
from fragments.wallet.care.table import table_of
from fragments.wallet.care.windows import DAY_MS, PERIODS, to_moment

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from fragments.wallet.care.ceilings import Kind
    from fragments.wallet.care.table import Table
    from fragments.wallet.care.windows import Period

Outcome = Literal["set", "asked", "same"]
Confirmation = Literal["confirmed", "early", "lapsed", "gone"]

WAIT_MS: Final = DAY_MS
CONFIRMABLE_MS: Final = 7 * DAY_MS
COMBINATIONS: Final = tuple((kind, period) for kind in KINDS for period in ((PER_BET,) if kind == "stake" else PERIODS))


def set_limit(
    player_id: str, kind: Kind, period: Period | Literal["bet"], amount: int | None, *, now: datetime
) -> Outcome:
    """Decide a player's wish for a limit; `amount` None asks for none. Raises NoWallet."""
    with table_of(player_id, now) as table:
        _forget_lapsed(table)
        limit = Limit.objects.filter(wallet=table.wallet.id, kind=kind, period=period).first()
        old = None if limit is None else limit.amount
        # Whatever was asked for before, the newest wish takes its place.
        _open_raises(table).filter(kind=kind, period=period).update(outcome="withdrawn")
        if amount == old:
            return "same"
        if amount is None or (old is not None and amount > old):
            _ask(table, kind, period, old, amount)
            return "asked"
        _write(table, kind, period, amount)
        _tell_limit(table, news.LIMIT_SET, kind, period, (old, amount), effective_ms=table.now_ms)
        return "set"


def confirm_raise(player_id: str, raise_id: UUID, *, now: datetime) -> Confirmation:
    """The second yes, which alone makes a raise real. Raises NoWallet."""
    with table_of(player_id, now) as table:
        wish = _open_raises(table).filter(id=raise_id).first()
        if wish is None:
            return "gone"
        if table.now_ms >= wish.lapses_ms:
            _forget_lapsed(table)
            return "lapsed"
        if table.now_ms < wish.effective_ms:
            return "early"
        limit = Limit.objects.filter(wallet=table.wallet.id, kind=wish.kind, period=wish.period).first()
        _write(table, wish.kind, wish.period, wish.amount)
        LimitRaise.objects.filter(id=wish.id).update(outcome="confirmed")
        change = (None if limit is None else limit.amount, wish.amount)
        _tell_limit(table, news.RAISE_CONFIRMED, wish.kind, wish.period, change, effective_ms=table.now_ms)
        return "confirmed"


def withdraw_raise(player_id: str, raise_id: UUID, *, now: datetime) -> bool:
    """Keep the limit as it is; False when that raise is not open any more. Raises NoWallet."""
    with table_of(player_id, now) as table:
        return bool(_open_raises(table).filter(id=raise_id).update(outcome="withdrawn"))


def _ask(table: Table, kind: str, period: str, old: int | None, amount: int | None) -> None:
    effective_ms = table.now_ms + WAIT_MS
    LimitRaise.objects.create(
        id=uuid7(),
        wallet_id=table.wallet.id,
        kind=kind,
        period=period,
        amount=amount,
        requested_ms=table.now_ms,
        effective_ms=effective_ms,
        lapses_ms=effective_ms + CONFIRMABLE_MS,
    )
    _tell_limit(table, news.RAISE_REQUESTED, kind, period, (old, amount), effective_ms=effective_ms)


def _write(table: Table, kind: str, period: str, amount: int | None) -> None:
    limits = Limit.objects.filter(wallet=table.wallet.id, kind=kind, period=period)
    if amount is None:
        limits.delete()
        return
    fields = {"amount": amount, "from_version": table.wallet.holdings.version, "reached_day": 0}
    Limit.objects.update_or_create(wallet_id=table.wallet.id, kind=kind, period=period, defaults=fields)


def _forget_lapsed(table: Table) -> None:
    for wish in _open_raises(table).filter(lapses_ms__lte=table.now_ms):
        LimitRaise.objects.filter(id=wish.id).update(outcome="lapsed")
        _tell_limit(
            table, news.RAISE_LAPSED, wish.kind, wish.period, (None, wish.amount), effective_ms=wish.effective_ms
        )


def _open_raises(table: Table) -> QuerySet[LimitRaise]:
    return LimitRaise.objects.filter(wallet=table.wallet.id, outcome="open")


def _tell_limit(
    table: Table, event_type: str, kind: str, period: str, change: tuple[int | None, int | None], *, effective_ms: int
) -> None:
    old, new = (None if amount is None else str(amount) for amount in change)
    data = {
        "limit_id": f"{kind}.{period}",
        "kind": kind,
        "period": period,
        "old": old,
        "new": new,
        "effective_at": to_moment(effective_ms).isoformat(),
    }
    table.tell(event_type, data)
