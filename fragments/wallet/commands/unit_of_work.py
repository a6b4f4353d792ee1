"""One command, one transaction, straight on the driver: Django's layers around each statement cost as much as the SQL.

On PostgreSQL the commands of a round use a line (line.py): statements whose result nobody looks at travel with the next
one, the COMMIT included, so a bet waits for the server three times instead of a dozen.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, cast

import psycopg
from django.db import connection, transaction
from psycopg.types.numeric import Int8

from fragments.wallet.commands.line import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.utils import CursorWrapper


class Driver(Protocol):
    """What the two drivers' cursors have in common."""

    rowcount: int

    def execute(self, sql: Any, params: Any = ..., /, **options: Any) -> Any: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> Any: ...


class PlainCursor:
    """A driver's cursor with the few methods that statements use; `db` is Django's connection."""

    def __init__(self, db: BaseDatabaseWrapper, driver: Driver) -> None:
        self.db = db
        self._driver = driver
        self._is_sqlite = db.vendor == "sqlite"

    def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        """Run a statement with `%s` marks."""
        if self._is_sqlite:
            self._driver.execute(_with_question_marks(sql), params)
        else:
            self._driver.execute(sql, [_driver_type(value) for value in params], prepare=True)

    def fetchone(self) -> Any:
        return self._driver.fetchone()

    def fetchall(self) -> Any:
        return self._driver.fetchall()

    @property
    def rowcount(self) -> int:
        """How many rows the last statement changed."""
        return self._driver.rowcount


class LineCursor:
    """The same over a line: nothing waits until somebody looks at a result."""

    def __init__(self, db: BaseDatabaseWrapper, line: Line) -> None:
        self.db = db
        self._line = line
        self._foreseen: dict[str, int] = {}
        self._current = 0

    def foresee(self, sql: str, params: Sequence[Any], *, instead_of: str) -> None:
        """Send a question now whose answer `instead_of` will be asked for later, once."""
        self._foreseen[instead_of] = self._line.send(sql, params)

    def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        """Queue a statement with `%s` marks, unless its answer is on its way."""
        foreseen = self._foreseen.pop(sql, None)
        self._current = self._line.send(sql, params) if foreseen is None else foreseen

    def fetchone(self) -> Any:
        rows = self.fetchall()
        return rows[0] if rows else None

    def fetchall(self) -> Any:
        return self._line.answer(self._current)[0]

    @property
    def rowcount(self) -> int:
        """How many rows the last statement changed; waits for it."""
        return self._line.answer(self._current)[1]


@contextmanager
def unit_of_work(*, is_quick: bool = False) -> Iterator[CursorWrapper]:
    """A cursor whose statements all count at the end of the block, or none of them.

    Inside a transaction of Django's it is part of that. With `is_quick` the block must not use the ORM, and looks at
    one statement's result before it asks for the next one's.
    """
    if connection.in_atomic_block:
        with transaction.atomic(), connection.cursor() as cursor:
            yield cursor
        return
    connection.ensure_connection()
    with connection.wrap_database_errors:
        try:
            if is_quick and connection.vendor == "postgresql":
                with _on_line() as quick:
                    yield cast("CursorWrapper", quick)
            else:
                plain = PlainCursor(connection, _driver_cursor())
                plain.execute("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN")
                yield cast("CursorWrapper", plain)
                plain.execute("COMMIT")
        except BaseException:
            _roll_back()
            raise


@contextmanager
def _on_line() -> Iterator[LineCursor]:
    line = Line(connection.connection)
    try:
        line.send("BEGIN")
        yield LineCursor(connection, line)
        line.send("COMMIT")
        line.finish()
    finally:
        line.close()


def _driver_cursor() -> Driver:
    raw = connection.connection
    # Not Django's kind for PostgreSQL, which puts values into the text: that can be neither prepared nor pipelined.
    driver = psycopg.Cursor(raw) if connection.vendor == "postgresql" else raw.cursor(sqlite3.Cursor)
    return cast("Driver", driver)


def _roll_back() -> None:
    """Leave the connection usable; when even that fails it is closed, and the next command opens another."""
    raw = connection.connection
    try:
        if raw is not None and _is_in_transaction(raw):
            raw.execute("ROLLBACK")
    except Exception:  # noqa: BLE001 - whatever it was, this connection is done for
        connection.close()


def _is_in_transaction(raw: Any) -> bool:
    if connection.vendor == "postgresql":
        return bool(raw.info.transaction_status != psycopg.pq.TransactionStatus.IDLE)
    return bool(raw.in_transaction)


def _driver_type(value: Any) -> Any:
    # A number's size would otherwise choose its type, and each mix of types is a statement prepared anew.
    return Int8(value) if type(value) is int else value


@lru_cache(maxsize=256)
def _with_question_marks(sql: str) -> str:
    return sql.replace("%s", "?").replace("%%", "%")
