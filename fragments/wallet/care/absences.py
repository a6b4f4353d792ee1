"""What a break and an exclusion have in common: a line in the register, and every session ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from fragment_kit.contract.events import uuid7
from fragments.wallet.care import sessions
from fragments.wallet.care.models import Absence

if TYPE_CHECKING:
    from fragments.wallet.care.table import Table


def begin(table: Table, kind: Literal["break", "exclusion"], term: str, until_ms: int) -> None:
    """Write the register and end what is open, in the transaction that also writes the card."""
    Absence.objects.create(
        id=uuid7(),
        wallet_id=table.wallet.id,
        kind=kind,
        term=term,
        from_version=table.wallet.holdings.version,
        started_ms=table.now_ms,
        until_ms=until_ms,
    )
    sessions.leave(table.cursor, table.wallet, table.state, kind, table.now)
