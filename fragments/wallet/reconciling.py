"""Holds the wallet's transactions against a provider's own book: who has what the other has not, and what differs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from fragments.wallet.models import LedgerTransaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Codes after which the wallet keeps a row; the others leave no trace, and must leave none in the provider's sums.
_UNKEPT: Final = frozenset({"BET_NOT_FOUND", "HOLD_NOT_FOUND", "BAD_REQUEST", "IDEMPOTENCY_CONFLICT", "BAD_SIGNATURE"})
# A call may be under way at the edge of the window, so the wallet is asked a little beyond both ends.
MARGIN_S: Final = 120


@dataclass(frozen=True, slots=True)
class Difference:
    """One transaction on which the two books disagree, in a sentence without the end."""

    transaction_id: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What came out: how much was compared, calls of which the provider never heard the end, and disagreements."""

    compared: int
    settled_here: int
    differences: tuple[Difference, ...]


def compare(provider: str, calls: Iterable[Mapping[str, Any]], *, since_s: int, until_s: int) -> Comparison:
    """Compare a provider's calls in a window with what the wallet decided."""
    theirs = {str(call["transaction_id"]): call for call in calls}
    ours = _decided(provider, since_s, until_s)
    differences: list[Difference] = []
    settled_here = 0
    for name, call in theirs.items():
        found = ours.get(name)
        if call["answer"] == "UNCERTAIN":
            settled_here += found is not None
            continue
        differences += _differences(name, call, found)
    begun = set(theirs)
    for name, row in ours.items():
        if name not in begun and row.kind != "tombstone" and since_s <= row.created_at.timestamp() < until_s:
            differences.append(Difference(name, f"the wallet has this {row.kind}, the provider does not"))
    return Comparison(compared=len(theirs), settled_here=settled_here, differences=tuple(differences))


def _decided(provider: str, since_s: int, until_s: int) -> dict[str, LedgerTransaction]:
    window = (
        datetime.fromtimestamp(since_s - MARGIN_S, tz=UTC),
        datetime.fromtimestamp(until_s + MARGIN_S, tz=UTC),
    )
    rows = LedgerTransaction.objects.filter(provider=provider, created_at__range=window)
    return {row.provider_tx_id: row for row in rows.defer("response").iterator()}


def _differences(name: str, call: Mapping[str, Any], found: LedgerTransaction | None) -> list[Difference]:
    answer, operation = call["answer"], call["operation"]
    if found is None:
        kept = answer not in _UNKEPT
        return [Difference(name, f"the provider was answered {answer}, the wallet knows nothing of it")] if kept else []
    if found.kind == "tombstone" and answer == "ROLLED_BACK_BEFORE_ARRIVAL":
        return []
    if found.kind != operation:
        return [Difference(name, f"a {operation} for the provider, a {found.kind} here")]
    if found.code != answer:
        return [Difference(name, f"the provider was answered {answer}, the wallet decided {found.code}")]
    if found.outcome == "OK" and str(found.amount) != call["amount"]:
        return [Difference(name, f"{call['amount']} for the provider, {found.amount} here")]
    return []
