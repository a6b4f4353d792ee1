"""Takes a break: no bet and no top-up until it is over, which only time decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fragments.wallet.care import absences, news
from fragments.wallet.care.models import CareCard
from fragments.wallet.care.table import table_of
from fragments.wallet.care.windows import Term, to_moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

BREAKS: Final[Mapping[str, Term]] = {
    "day": Term(days=1),
    "week": Term(days=7),
    "month": Term(months=1),
    "2-months": Term(months=2),
    "3-months": Term(months=3),
}


def take_break(player_id: str, term: str, *, now: datetime) -> datetime:
    """Begin a break now and return when it is over; one that lasts longer already stays. Raises NoWallet."""
    with table_of(player_id, now) as table:
        until_ms = max(BREAKS[term].after_ms(now), table.state.card.break_until_ms or 0)
        CareCard.objects.filter(wallet=table.wallet.id).update(break_until_ms=until_ms)
        absences.begin(table, "break", term, until_ms)
        table.tell(news.BREAK_STARTED, {"until": to_moment(until_ms).isoformat()})
        return to_moment(until_ms)
