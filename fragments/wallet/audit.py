"""Proves the books on a live database: each check is one question whose answer must be no row."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.utils import CursorWrapper


@dataclass(frozen=True, slots=True)
class Check:
    """A rule, and the query that finds what breaks it."""

    rule: str
    breaches: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: `breach` is the first broken row, None when the rule holds."""

    rule: str
    breach: str | None


_PLAYER_SUMS: Final = (
    "SELECT account, SUM(amount) AS total, MAX(wallet_version) AS version FROM wallet_entry"
    " WHERE account LIKE 'player:%%:cash' GROUP BY account"
)

CHECKS: Final = (
    Check(
        "every transaction's entries sum to zero",
        "SELECT transaction_id, SUM(amount) FROM wallet_entry GROUP BY transaction_id"
        " HAVING SUM(amount) <> 0 OR COUNT(*) < 2",
    ),
    Check("all entries together sum to zero", "SELECT SUM(amount) FROM wallet_entry HAVING SUM(amount) <> 0"),
    Check(
        "every balance is the sum of its entries",
        "SELECT w.player_id, w.cash, s.total FROM wallet_wallet w"  # noqa: S608 - constants only
        f" LEFT JOIN ({_PLAYER_SUMS}) s ON s.account = 'player:' || w.player_id || ':cash'"
        " WHERE w.cash <> COALESCE(s.total, 0)",
    ),
    Check(
        "each line leads from the balance before it to the balance after it",
        "SELECT account, wallet_version, balance_after, running FROM ("
        "SELECT account, wallet_version, balance_after,"
        " SUM(amount) OVER (PARTITION BY account ORDER BY wallet_version) AS running"
        " FROM wallet_entry WHERE wallet_version IS NOT NULL) chain WHERE running <> balance_after",
    ),
    Check(
        "no player owns less than nothing",
        "SELECT player_id, cash FROM wallet_wallet WHERE cash < 0 OR bonus < 0 OR held < 0",
    ),
    Check(
        "a bet ends at most once",
        "SELECT closes_id, COUNT(*) FROM wallet_ledgertransaction WHERE closes_id IS NOT NULL"
        " GROUP BY closes_id HAVING COUNT(*) > 1",
    ),
    Check(
        "a round holds what its bets and wins say",
        "SELECT r.provider_round_id, r.staked, r.won, t.staked, t.won FROM wallet_round r JOIN ("
        "SELECT round_id, SUM(CASE kind WHEN 'bet' THEN amount WHEN 'rollback' THEN -amount ELSE 0 END) AS staked,"
        " SUM(CASE kind WHEN 'win' THEN amount ELSE 0 END) AS won"
        " FROM wallet_ledgertransaction WHERE outcome = 'OK' AND round_id IS NOT NULL GROUP BY round_id) t"
        " ON t.round_id = r.id WHERE r.staked <> t.staked OR r.won <> t.won",
    ),
    Check(
        "a wallet's events are numbered 1 to its version",
        "SELECT w.player_id, w.version, COUNT(o.seq) FROM wallet_wallet w"
        " LEFT JOIN outbox o ON o.aggregatetype = 'wallet' AND o.aggregateid = {wallet_id_text}"
        " GROUP BY w.player_id, w.version"
        " HAVING COUNT(o.seq) <> w.version OR MAX(o.aggregateversion) <> w.version",
    ),
)


def run_checks() -> list[Finding]:
    """Run every check on one snapshot; the wallet goes on serving meanwhile."""
    with _snapshot() as cursor:
        return [_ask(cursor, check) for check in CHECKS]


def _ask(cursor: CursorWrapper, check: Check) -> Finding:
    cursor.execute(check.breaches.replace("{wallet_id_text}", _wallet_id_text()), [])
    row = cursor.fetchone()
    return Finding(check.rule, None if row is None else ", ".join(str(value) for value in row))


@contextmanager
def _snapshot() -> Iterator[CursorWrapper]:
    # Not atomic(): for SQLite that is a write transaction, and every bet would wait for the audit.
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if connection.vendor == "postgresql" else "BEGIN DEFERRED"
    with connection.cursor() as cursor:
        cursor.execute(begin)
        try:
            yield cursor
        finally:
            cursor.execute("ROLLBACK")


def _wallet_id_text() -> str:
    """A wallet's id the way events spell it; SQLite keeps it without hyphens."""
    if connection.vendor == "postgresql":
        return "CAST(w.id AS text)"
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return " || '-' || ".join(f"substr(w.id, {start}, {length})" for start, length in parts)
