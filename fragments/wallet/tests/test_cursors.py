"""Why the relay asks for what is not published: two simpler cursors over the outbox lose or reorder events.

They are kept here as negative controls on PostgreSQL; on SQLite there is one writer at a time and no such race.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db import connection

from fragment_kit.contract.events import uuid7
from fragment_kit.events.lease import leadership
from fragment_kit.events.relay import Relay
from fragment_kit.serving.threads import in_thread
from fragment_kit.testing.memory_stream import MemoryStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fragments.wallet.tests.casino import Casino

INSERT = (
    "INSERT INTO outbox (id, aggregatetype, aggregateid, aggregateversion, type, payload, created_at)"
    " VALUES (%s, 'wallet', %s, %s, 'shell.wallet.topped_up.v1', %s, now())"
)
VISIBLE = "SELECT payload FROM outbox WHERE seq > %s ORDER BY seq"
SETTLED = (
    "SELECT payload FROM outbox WHERE xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    " ORDER BY xmin::text::bigint, seq"
)


@pytest.fixture
def writers(casino: Casino) -> Iterator[tuple[Any, Any]]:
    """Two connections on which transactions stay open as long as a test wants."""
    if connection.vendor != "postgresql":
        pytest.skip("two open write transactions are only there on PostgreSQL")
    found = connection.get_connection_params()
    address = {key: found[key] for key in ("dbname", "user", "host", "port") if key in found}
    with psycopg.connect(**address) as one, psycopg.connect(**address) as two:
        yield one, two


def say(writer: Any, words: str, *, subject: str = "a", version: int = 1) -> None:
    writer.execute(INSERT, [uuid7(), subject, version, words])


def seen(query: str, params: list[Any] | None = None) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return [row[0] for row in cursor.fetchall()]


async def relayed() -> list[str]:
    stream = MemoryStream()
    relay = Relay(stream, lambda: leadership("cursors"))
    while await relay.step():
        pass
    await relay.close()
    return stream.entries.get("wallet", [])


def race_of_commits(writers: tuple[Any, Any]) -> tuple[list[str], list[str]]:
    """The earlier number commits later; what a cursor by number reads before and after."""
    early, late = writers
    say(early, "first", subject="a")
    say(late, "second", subject="b")
    late.commit()
    before = seen(VISIBLE, [0])
    with connection.cursor() as cursor:
        cursor.execute("SELECT MAX(seq) FROM outbox")
        position = cursor.fetchone()[0]
    early.commit()
    return before, seen(VISIBLE, [position])


async def test_a_cursor_by_number_loses_what_commits_late_and_the_relay_does_not(writers: tuple[Any, Any]) -> None:
    before, after = await in_thread(race_of_commits, writers)
    assert (before, after) == (["second"], [])  # "first" is in the table, and this cursor will never look there again
    assert await relayed() == ["first", "second"]


def race_for_a_wallet(writers: tuple[Any, Any]) -> list[str]:
    """The older transaction gets the wallet second, as when its first write came before the lock."""
    older, younger = writers
    older.execute("CREATE TEMP TABLE has_an_id (n int)")  # any write: from here on it has a transaction id
    younger.execute("CREATE TEMP TABLE has_an_id (n int)")
    say(younger, "version 1", version=1)
    younger.commit()
    say(older, "version 2", version=2)
    older.commit()
    return seen(SETTLED)


async def test_a_cursor_by_transaction_reorders_a_wallet_and_the_relay_does_not(writers: tuple[Any, Any]) -> None:
    assert await in_thread(race_for_a_wallet, writers) == ["version 2", "version 1"]
    assert await relayed() == ["version 1", "version 2"]
