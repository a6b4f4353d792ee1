"""The SQL statements about holds, the same for SQLite and PostgreSQL; each takes the open cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from fragments.wallet.commands.rows import HoldRow
from fragments.wallet.ledger import Hold

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

    from fragments.wallet.ledger import ResolvedBy

_HOLD: Final = (
    "SELECT id, wallet_id, provider_round_id, game_id, category, amount, expires_at_s, state FROM wallet_hold"
    " WHERE id = %s"
)
_INSERT: Final = (
    "INSERT INTO wallet_hold (id, wallet_id, provider, provider_round_id, game_id, category, amount, expires_at_s,"
    " state) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'OPEN')"
)
_RESOLVE: Final = "UPDATE wallet_hold SET state = %s WHERE id = %s AND state = 'OPEN'"
_EXPIRED: Final = (
    "SELECT w.player_id, h.provider, t.provider_tx_id FROM wallet_hold h"
    " JOIN wallet_ledgertransaction t ON t.id = h.id JOIN wallet_wallet w ON w.id = h.wallet_id"
    " WHERE h.state = 'OPEN' AND h.expires_at_s <= %s ORDER BY h.expires_at_s LIMIT %s"
)


def hold(cursor: CursorWrapper, transaction_id: UUID) -> HoldRow | None:
    """The hold that this transaction made, if it made one."""
    cursor.execute(_HOLD, [transaction_id.hex])
    row = cursor.fetchone()
    if row is None:
        return None
    resolved_by = None if row[7] == "OPEN" else cast("ResolvedBy", row[7])
    return HoldRow(
        id=_uuid(row[0]),
        wallet_id=_uuid(row[1]),
        round_id=row[2],
        game_id=row[3],
        category=row[4],
        hold=Hold(amount=row[5], expires_at_s=row[6], resolved_by=resolved_by),
    )


def insert_hold(cursor: CursorWrapper, row: HoldRow, *, provider: str) -> None:
    """Write an open hold."""
    place = [row.round_id, row.game_id, row.category]
    cursor.execute(_INSERT, [row.id.hex, row.wallet_id.hex, provider, *place, row.hold.amount, row.hold.expires_at_s])


def resolve_hold(cursor: CursorWrapper, hold_id: UUID, resolved_by: ResolvedBy) -> bool:
    """Let a hold leave OPEN; False when it had left before."""
    cursor.execute(_RESOLVE, [resolved_by, hold_id.hex])
    return bool(cursor.rowcount == 1)


def expired_holds(cursor: CursorWrapper, now_s: int, *, limit: int) -> list[tuple[str, str, str]]:
    """Open holds whose time is over: player, provider, and the id of the provider's hold."""
    cursor.execute(_EXPIRED, [now_s, limit])
    return [(row[0], row[1], row[2]) for row in cursor.fetchall()]


def _uuid(value: object) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))
