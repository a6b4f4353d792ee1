"""First step of an event: a row in the command's own transaction, so that a fact and its news commit together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connections

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

    from fragment_kit.contract.events import CloudEvent

_INSERT: Final = (
    "INSERT INTO outbox (id, aggregatetype, aggregateid, aggregateversion, type, payload, created_at, published_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, NULL)"
)


def append(
    event: CloudEvent, *, aggregatetype: str, using: str = "default", cursor: CursorWrapper | None = None
) -> None:
    """Write `event` on the current connection; the caller's transaction decides whether it ever happened.

    Args:
        event: its subject's part after the slash becomes the aggregate id (Debezium's key).
        aggregatetype: names the stream: `wallet` is published on `events.wallet`.
        using: alias of the database in which the fact itself is written.
        cursor: the open cursor of the fact's own transaction; another of the same connection is made without it.

    Raises:
        django.db.IntegrityError: the subject has an event with this version already.

    """
    connection = connections[using]
    _, _, aggregateid = event.subject.partition("/")
    values: list[Any] = [
        event.id.replace("-", ""),
        aggregatetype,
        aggregateid,
        event.aggregateversion,
        event.type,
        event.to_json(),
        connection.ops.adapt_datetimefield_value(event.time),
    ]
    if cursor is not None:
        cursor.execute(_INSERT, values)
        return
    with connection.cursor() as own:
        own.execute(_INSERT, values)
