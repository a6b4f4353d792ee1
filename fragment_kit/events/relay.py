"""Second step of an event: one leader reads unpublished outbox rows in order, publishes them, then marks them.

A crash between publishing and marking publishes again: at least once, never lost, and per subject in order, because
a row becomes visible only after every earlier row of its subject has.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone
from prometheus_client import Counter, Gauge

from fragment_kit.events.models import OutboxEvent
from fragment_kit.events.pace import Pace
from fragment_kit.events.stream import Outgoing, StreamAway
from fragment_kit.serving.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from fragment_kit.events.lease import Leadership
    from fragment_kit.events.stream import EventStream

P = ParamSpec("P")
T = TypeVar("T")

LOG = logger("relay")
BATCH: Final = 200
PUBLISHED = Counter("outbox_published_total", "Events handed to the stream, repeats included")
FAILURES = Counter("outbox_relay_failures_total", "Passes of the relay that ended in an error", ["what"])
LAG_S = Gauge("outbox_lag_seconds", "Age of the oldest unpublished event that the last pass saw")


@dataclass(frozen=True, slots=True)
class _Row:
    seq: int
    created_at: datetime
    outgoing: Outgoing


class Relay:
    """A worker's job; `run` until told to stop, or `step` once in a test.

    Args:
        stream: where events go.
        lead: makes the right to publish; called in the relay's own database thread.
        batch: rows a pass; small enough to mark in one statement.
        idle_s: pause between looks at an empty outbox.

    """

    name = "relay"

    def __init__(
        self, stream: EventStream, lead: Callable[[], Leadership], *, batch: int = BATCH, idle_s: float = 0.05
    ) -> None:
        self._stream = stream
        self._lead = lead
        self._leadership: Leadership | None = None
        self._batch = batch
        self._pace = Pace(first_s=idle_s, cap_s=5.0)
        self._idle_s = idle_s
        # One thread, so one connection: an advisory lock belongs to the connection that took it.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="relay")

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until `stop` is set; survives any outage of the broker or the database."""
        try:
            while not stop.is_set():
                await self._pace.rest(stop, await self._guarded_step())
        finally:
            await self.close()

    async def close(self) -> None:
        """Give up the right to publish, so that another need not wait for it, and close the connection."""
        await self._in_thread(self._resign)
        self._thread.shutdown(wait=False)

    async def step(self) -> int:
        """One pass; returns how many events were published (0 when there are none, or somebody else leads).

        Raises:
            StreamAway: the broker did not take the batch; nothing is marked.
            django.db.DatabaseError: the outbox cannot be read or marked.

        """
        rows = await self._in_thread(self._unpublished)
        if rows:
            await self._stream.publish([row.outgoing for row in rows])
            PUBLISHED.inc(len(rows))
            await self._in_thread(self._mark, [row.seq for row in rows])
        LAG_S.set((timezone.now() - rows[0].created_at).total_seconds() if rows else 0)
        return len(rows)

    async def _guarded_step(self) -> float:
        """One pass; answers how long to rest after it, in seconds."""
        try:
            published = await self.step()
        except (StreamAway, DatabaseError) as error:
            FAILURES.labels(type(error).__name__).inc()
            if not self._pace.is_failing():
                LOG.warning("events wait in the outbox", why=str(error))
            return self._pace.failed_s()
        if self._pace.is_failing():
            LOG.info("events flow again")
        self._pace.succeeded()
        return 0.0 if published == self._batch else self._idle_s

    def _unpublished(self) -> Sequence[_Row]:
        close_old_connections()
        self._leadership = self._leadership or self._lead()
        if not self._leadership.acquire():
            return ()
        rows = OutboxEvent.objects.filter(published_at__isnull=True).order_by("seq")
        values = rows.values_list("seq", "created_at", "aggregatetype", "payload")[: self._batch]
        return [_Row(seq, created_at, Outgoing(stream=kind, body=body)) for seq, created_at, kind, body in values]

    def _mark(self, seqs: list[int]) -> None:
        OutboxEvent.objects.filter(seq__in=seqs).update(published_at=timezone.now())

    def _resign(self) -> None:
        try:
            if self._leadership is not None:
                self._leadership.release()
        except DatabaseError as error:
            LOG.warning("the lease was not given back and will run out", why=str(error))
        connections.close_all()

    async def _in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        call = partial(work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)
