"""Self-exclusion: cannot be shortened by anybody, and ends only by the player's own wish a day after it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from fragments.wallet.care import absences, news
from fragments.wallet.care.models import CareCard
from fragments.wallet.care.table import table_of
from fragments.wallet.care.windows import DAY_MS, Term, to_moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

EXCLUSIONS: Final[Mapping[str, Term]] = {
    "6-months": Term(months=6),
    "1-year": Term(months=12),
    "5-years": Term(months=60),
}
RETURN_WAIT_MS: Final = DAY_MS
Return = Literal["asked", "early", "not-excluded"]


def exclude(player_id: str, term: str, *, now: datetime) -> datetime:
    """Begin or lengthen an exclusion and return when it is over; it never becomes shorter. Raises NoWallet."""
    with table_of(player_id, now) as table:
        until_ms = max(EXCLUSIONS[term].after_ms(now), table.state.card.excluded_until_ms or 0)
        CareCard.objects.filter(wallet=table.wallet.id).update(excluded_until_ms=until_ms, return_at_ms=None)
        absences.begin(table, "exclusion", term, until_ms)
        table.tell(news.SELF_EXCLUDED, {"term": term, "until": to_moment(until_ms).isoformat()})
        return to_moment(until_ms)


def ask_to_return(player_id: str, *, now: datetime) -> Return:
    """Ask to play again after an exclusion that is over; takes effect a day later. Raises NoWallet."""
    with table_of(player_id, now) as table:
        card = table.state.card
        if card.excluded_until_ms is None:
            return "not-excluded"
        if table.now_ms < card.excluded_until_ms:
            return "early"
        if card.return_at_ms is None:
            CareCard.objects.filter(wallet=table.wallet.id).update(return_at_ms=table.now_ms + RETURN_WAIT_MS)
        return "asked"
