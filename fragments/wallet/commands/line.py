"""A lean line to PostgreSQL for the commands of a round: statements are prepared once, sent together, read when needed.

psycopg's own cursors cost more time for a bet's dozen statements than the server needs to run them, so this speaks to
libpq through psycopg's thin binding (`psycopg.pq`). Values travel as text, and the server knows their types.
"""

from __future__ import annotations

import select
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import psycopg
from psycopg import pq

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from psycopg.pq.abc import PGconn, PGresult

_READ: Final[Mapping[int, Callable[[bytes], Any]]] = {
    16: lambda raw: raw == b"t",
    20: int,
    21: int,
    23: int,
}
# What each connection has prepared; it goes with the connection.
_PREPARED: WeakKeyDictionary[Any, dict[str, bytes]] = WeakKeyDictionary()

Row = tuple[Any, ...]


class Line:
    """One connection's pipeline for the time of a transaction.

    Args:
        connection: psycopg's connection, idle and in autocommit mode; nobody else uses it meanwhile.

    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._pgconn: PGconn = connection.pgconn
        self._prepared = _PREPARED.setdefault(connection, {})
        self._answers: list[tuple[list[Row], int] | None] = []
        self._kinds: list[str] = []
        self._read = 0
        self._pgconn.nonblocking = 1
        self._pgconn.enter_pipeline_mode()

    def send(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Queue a statement with `%s` marks; the number under which its answer can be read."""
        name = self._prepared.get(sql)
        if name is None:
            name = b"l%d" % len(self._prepared)
            self._pgconn.send_prepare(name, _with_numbers(sql))
            self._prepared[sql] = name
            self._kinds.append("prepare")
            self._answers.append(None)
        self._pgconn.send_query_prepared(name, [_text(value) for value in params])
        self._kinds.append("query")
        self._answers.append(None)
        return len(self._answers) - 1

    def answer(self, number: int) -> tuple[list[Row], int]:
        """Rows of a statement and how many it changed; waits for it, and raises what the server says of it."""
        if self._answers[number] is None:
            self._receive()
        found = self._answers[number]
        if found is None:
            raise psycopg.OperationalError("the server answered fewer statements than it was sent")
        return found

    def finish(self) -> None:
        """Wait for everything; raises the first error of any statement."""
        if self._read < len(self._answers):
            self._receive()

    def close(self) -> None:
        """Leave the pipeline, with whatever is still under way read and dropped."""
        if self._pgconn.status != pq.ConnStatus.OK:
            return
        try:
            self.finish()
        except psycopg.Error:
            pass
        finally:
            self._pgconn.exit_pipeline_mode()
            self._pgconn.nonblocking = 0

    def _receive(self) -> None:
        """Read the answers of all that was sent; an error makes the server skip the rest up to here."""
        self._pgconn.pipeline_sync()
        while self._pgconn.flush():
            select.select([self._pgconn.socket], [self._pgconn.socket], [])
            self._pgconn.consume_input()
        failed: PGresult | None = None
        while (result := self._next()) is None or result.status != pq.ExecStatus.PIPELINE_SYNC:
            if result is None:
                continue
            if result.status == pq.ExecStatus.FATAL_ERROR:
                failed = failed or result
            self._answers[self._read] = _rows(result) if self._kinds[self._read] == "query" else ([], 0)
            self._read += 1
        if failed is not None:
            self._forget_unprepared()
            raise psycopg.errors.error_from_result(failed)

    def _next(self) -> PGresult | None:
        while self._pgconn.is_busy():
            select.select([self._pgconn.socket], [], [])
            self._pgconn.consume_input()
        return self._pgconn.get_result()

    def _forget_unprepared(self) -> None:
        # What was to be prepared after the error was skipped; all of it anew is simple, and errors are rare.
        self._prepared.clear()
        self._pgconn.exit_pipeline_mode()
        self._pgconn.nonblocking = 0
        self._pgconn.exec_(b"DEALLOCATE ALL")
        self._pgconn.nonblocking = 1
        self._pgconn.enter_pipeline_mode()


def _rows(result: PGresult) -> tuple[list[Row], int]:
    if result.status != pq.ExecStatus.TUPLES_OK:
        return [], result.command_tuples or 0
    columns = range(result.nfields)
    readers = [_READ.get(result.ftype(column), bytes.decode) for column in columns]
    rows = [
        tuple(
            None if (raw := result.get_value(row, column)) is None else readers[column](bytes(raw))
            for column in columns
        )
        for row in range(result.ntuples)
    ]
    return rows, result.ntuples


def _text(value: Any) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, datetime):
        return value.isoformat().encode()
    if isinstance(value, bool):
        return b"t" if value else b"f"
    return str(value).encode()


@lru_cache(maxsize=256)
def _with_numbers(sql: str) -> bytes:
    first, *rest = sql.split("%s")
    numbered = first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))
    return numbered.replace("%%", "%").encode()
