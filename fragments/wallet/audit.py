"""Proves the books on a live database: every rule is asked on one snapshot, and its answer must be no row."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from fragments.wallet.proofs import CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.utils import CursorWrapper

    from fragments.wallet.proofs import Check


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: `breach` is the first broken row, None when the rule holds."""

    rule: str
    breach: str | None
    invariant: str = ""


def run_checks() -> list[Finding]:
    """Run every check on one snapshot; the wallet goes on serving meanwhile."""
    with _snapshot() as cursor:
        return [_ask(cursor, check) for check in CHECKS]


def counted() -> dict[str, int]:
    """How much there is to prove: rows of each kind."""
    found = {}
    with connection.cursor() as cursor:
        for words, table in (
            ("wallets", "wallet_wallet"),
            ("transactions", "wallet_ledgertransaction"),
            ("entries", "wallet_entry"),
            ("events", "outbox"),
        ):
            cursor.execute(f"SELECT COUNT(*) FROM {table}")  # noqa: S608 - names from the line above
            found[words] = int(cursor.fetchone()[0])
    return found


def _ask(cursor: CursorWrapper, check: Check) -> Finding:
    cursor.execute(check.query(connection.vendor), [])
    row = cursor.fetchone()
    breach = None if row is None else ", ".join(str(value) for value in row)
    return Finding(check.rule, breach, check.invariant)


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
