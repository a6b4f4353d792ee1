"""Every SQL statement of the command path, the same for SQLite and PostgreSQL; each takes the open cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from fragments.wallet.commands.rows import BetRow, LockedWallet, RoundRow, StoredDecision, TransactionRow
from fragments.wallet.ledger import Holdings, RoundSums
from fragments.wallet.money import CURRENCY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.backends.utils import CursorWrapper

    from fragments.wallet.ledger import Posting

_WALLET: Final = "w.id, w.player_id, w.cash, w.version, w.bonus, w.held"
WALLET_BY_PLAYER: Final = f"SELECT {_WALLET} FROM wallet_wallet w WHERE w.player_id = %s AND w.currency = %s"  # noqa: S608
WALLET_BY_TOKEN: Final = (
    f"SELECT {_WALLET}, s.id, s.expires_at_s FROM wallet_playsession s"  # noqa: S608
    " JOIN wallet_wallet w ON w.id = s.wallet_id WHERE s.token_digest = %s AND s.provider = %s"
)
STORED: Final = (
    "SELECT id, kind, fingerprint, response, wallet_id FROM wallet_ledgertransaction"
    " WHERE provider = %s AND provider_tx_id = %s"
)
BET: Final = (
    "SELECT b.id, b.kind, b.outcome, b.wallet_id, b.amount, b.amount_bonus, c.kind,"
    " EXISTS (SELECT 1 FROM wallet_ledgertransaction p"
    "  WHERE p.bet_id = b.id AND p.kind = 'win' AND p.outcome = 'OK')"
    " FROM wallet_ledgertransaction b LEFT JOIN wallet_ledgertransaction c ON c.closes_id = b.id"
    " WHERE b.provider = %s AND b.provider_tx_id = %s"
)
_ROUND: Final = (
    "SELECT id, provider_round_id, game_id, category, state, staked, won, open_bets FROM wallet_round WHERE "
)
ROUND_BY_NAME: Final = f"{_ROUND} provider = %s AND provider_round_id = %s AND wallet_id = %s"
ROUND_OF_ID: Final = "(SELECT round_id FROM wallet_ledgertransaction WHERE id = %s)"
ROUND_OF_BET: Final = f"{_ROUND} id = {ROUND_OF_ID}"
# NO KEY: rows that only point at the wallet need not wait.
LOCK: Final = " FOR NO KEY UPDATE OF w"
_OPEN_ROUND: Final = (
    "INSERT INTO wallet_round (id, provider, provider_round_id, wallet_id, game_id, category,"
    " state, staked, won, open_bets) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_UPDATE_ROUND: Final = "UPDATE wallet_round SET state = %s, staked = %s, won = %s, open_bets = %s WHERE id = %s"
_UPDATE_WALLET: Final = (
    "UPDATE wallet_wallet SET cash = %s, bonus = %s, held = %s, version = %s WHERE id = %s AND version = %s"
)
_INSERT_WALLET: Final = (
    "INSERT INTO wallet_wallet (id, player_id, currency, cash, bonus, held, version, opened_at)"
    " VALUES (%s, %s, %s, 0, 0, 0, 1, %s) ON CONFLICT (player_id, currency) DO NOTHING"
)
_INSERT_SESSION: Final = (
    "INSERT INTO wallet_playsession (id, wallet_id, provider, token_digest, started_at, expires_at_s)"
    " VALUES (%s, %s, %s, %s, %s, %s)"
)
_ENTRY: Final = "(%s, %s, %s, %s, %s)"
_INSERT_ENTRIES: Final = (
    "INSERT INTO wallet_entry (transaction_id, account, amount, balance_after, wallet_version) VALUES "
)
_INSERT_TRANSACTION: Final = (
    "INSERT INTO wallet_ledgertransaction (id, kind, provider, provider_tx_id, fingerprint, wallet_id, round_id,"
    " bet_id, closes_id, amount, amount_bonus, outcome, code, wallet_version, response, created_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_UNLESS_TAKEN: Final = " ON CONFLICT (provider, provider_tx_id) DO NOTHING"
_TAKEN: Final = ("one_decision_per_id", "wallet_ledgertransaction.provider_tx_id")


def insert_wallet(cursor: CursorWrapper, wallet_id: UUID, player_id: str, currency: str, now: datetime) -> bool:
    """Write an empty wallet at version 1; False when the player has one."""
    moment = cursor.db.ops.adapt_datetimefield_value(now)
    cursor.execute(_INSERT_WALLET, [wallet_id.hex, player_id, currency, moment])
    return bool(cursor.rowcount == 1)


def insert_session(
    cursor: CursorWrapper,
    *,
    session_id: UUID,
    wallet_id: UUID,
    provider: str,
    digest: str,
    now: datetime,
    expires_at_s: int,
) -> None:
    """Write a provider's session for a player."""
    moment = cursor.db.ops.adapt_datetimefield_value(now)
    cursor.execute(_INSERT_SESSION, [session_id.hex, wallet_id.hex, provider, digest, moment, expires_at_s])


def wallet_of_player(cursor: CursorWrapper, player_id: str, *, is_locked: bool = True) -> LockedWallet | None:
    """Find a player's wallet, and lock it unless told otherwise."""
    cursor.execute(WALLET_BY_PLAYER + _lock(cursor, is_locked=is_locked), [player_id, CURRENCY])
    row = cursor.fetchone()
    return None if row is None else LockedWallet(id=_uuid(row[0]), holdings=_holdings(row))


def lock_wallets(cursor: CursorWrapper, player_ids: Sequence[str]) -> None:
    """Lock several wallets in the order of their ids, which is the same for everybody."""
    marks = ", ".join(["%s"] * len(player_ids)) or "NULL"
    query = f"SELECT w.id FROM wallet_wallet w WHERE w.player_id IN ({marks}) AND w.currency = %s ORDER BY w.id"  # noqa: S608
    cursor.execute(query + _lock(cursor, is_locked=True), [*player_ids, CURRENCY])
    cursor.fetchall()


def wallet_of_token(
    cursor: CursorWrapper, token_digest: str, provider: str, *, is_locked: bool = True
) -> LockedWallet | None:
    """Find the wallet that a provider's token stands for, expired or not, and lock it unless told otherwise."""
    cursor.execute(WALLET_BY_TOKEN + _lock(cursor, is_locked=is_locked), [token_digest, provider])
    row = cursor.fetchone()
    if row is None:
        return None
    return LockedWallet(
        id=_uuid(row[0]), holdings=_holdings(row), session_id=_uuid(row[6]), session_expires_at_s=row[7]
    )


def stored_decision(cursor: CursorWrapper, provider: str, transaction_id: str) -> StoredDecision | None:
    """What was decided under this id, if anything."""
    cursor.execute(STORED, [provider, transaction_id])
    row = cursor.fetchone()
    if row is None:
        return None
    return StoredDecision(_uuid(row[0]), row[1], row[2], row[3], None if row[4] is None else _uuid(row[4]))


def bet(cursor: CursorWrapper, provider: str, transaction_id: str) -> BetRow | None:
    """The transaction under a bet's id, and what became of it."""
    cursor.execute(BET, [provider, transaction_id])
    row = cursor.fetchone()
    if row is None:
        return None
    wallet_id = None if row[3] is None else _uuid(row[3])
    return BetRow(_uuid(row[0]), row[1], row[2], wallet_id, row[4], row[5], row[6], bool(row[7]))


def round_by_name(cursor: CursorWrapper, provider: str, name: str, wallet_id: UUID) -> RoundRow | None:
    """A player's round by the provider's name for it."""
    cursor.execute(ROUND_BY_NAME, [provider, name, wallet_id.hex])
    return _round(cursor.fetchone())


def round_of_bet(cursor: CursorWrapper, bet_id: UUID) -> RoundRow | None:
    """The round that a bet was placed in."""
    cursor.execute(ROUND_OF_BET, [bet_id.hex])
    return _round(cursor.fetchone())


def open_round(cursor: CursorWrapper, row: RoundRow, *, provider: str, wallet_id: UUID) -> None:
    """Write a new round."""
    name, sums = row.provider_round_id, row.sums
    values = [row.id.hex, provider, name, wallet_id.hex, row.game_id, row.category, *_sums(sums)]
    cursor.execute(_OPEN_ROUND, values)


def update_round(cursor: CursorWrapper, round_id: UUID, sums: RoundSums) -> None:
    """Write a round's new sums and state."""
    cursor.execute(_UPDATE_ROUND, [*_sums(sums), round_id.hex])


def update_wallet(cursor: CursorWrapper, wallet_id: UUID, holdings: Holdings) -> None:
    """Move a locked wallet one version on; were it not at the version before, its event could not be numbered."""
    pockets = [holdings.cash, holdings.bonus, holdings.held]
    cursor.execute(_UPDATE_WALLET, [*pockets, holdings.version, wallet_id.hex, holdings.version - 1])


def insert_entries(cursor: CursorWrapper, transaction_id: UUID, postings: Sequence[Posting]) -> None:
    """Write a transaction's lines; the transaction's own row must follow and seals them."""
    if not postings:
        return
    values: list[Any] = []
    for posting in postings:
        values += [transaction_id.hex, posting.account, posting.amount, posting.balance_after, posting.wallet_version]
    cursor.execute(_INSERT_ENTRIES + ", ".join([_ENTRY] * len(postings)), values)


def seal(cursor: CursorWrapper, row: TransactionRow) -> None:
    """Seal a decision; raises IntegrityError, at the latest at the commit, when another command took the id."""
    cursor.execute(_INSERT_TRANSACTION, _values(cursor, row))


def insert_transaction(cursor: CursorWrapper, row: TransactionRow) -> bool:
    """Seal a decision; False when another command took the id."""
    cursor.execute(_INSERT_TRANSACTION + _UNLESS_TAKEN, _values(cursor, row))
    return bool(cursor.rowcount == 1)


def is_about_id(error: Exception) -> bool:
    """Whether an IntegrityError says that an id is taken, in the words of either database."""
    return any(words in str(error) for words in _TAKEN)


def _values(cursor: CursorWrapper, row: TransactionRow) -> list[Any]:
    return [
        row.id.hex,
        row.kind,
        row.provider,
        row.provider_tx_id,
        row.fingerprint,
        _hex(row.wallet_id),
        _hex(row.round_id),
        _hex(row.bet_id),
        _hex(row.closes_id),
        row.amount,
        row.amount_bonus,
        row.outcome,
        row.code,
        row.wallet_version,
        row.response,
        cursor.db.ops.adapt_datetimefield_value(row.created_at),
    ]


def _lock(cursor: CursorWrapper, *, is_locked: bool) -> str:
    # SQLite's IMMEDIATE transaction holds the one write lock from its first statement.
    return LOCK if is_locked and cursor.db.vendor == "postgresql" else ""


def _holdings(row: Sequence[Any]) -> Holdings:
    return Holdings(player_id=row[1], cash=row[2], version=row[3], bonus=row[4], held=row[5])


def _round(row: Sequence[Any] | None) -> RoundRow | None:
    if row is None:
        return None
    sums = RoundSums(state=row[4], staked=row[5], won=row[6], open_bets=row[7])
    return RoundRow(_uuid(row[0]), row[1], row[2], row[3], sums)


def _sums(sums: RoundSums) -> list[Any]:
    return [sums.state, sums.staked, sums.won, sums.open_bets]


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _hex(value: UUID | None) -> str | None:
    return None if value is None else value.hex
