"""Third step of an event: a worker reads the stream for one projection, mends gaps, and buries what cannot be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import DatabaseError, InterfaceError, OperationalError
from prometheus_client import Counter

from fragment_kit.contract.errors import EventRefused
from fragment_kit.contract.events import CloudEvent
from fragment_kit.events import projection as positions
from fragment_kit.events.pace import Pace
from fragment_kit.events.projection import TRIES_MAX, Verdict
from fragment_kit.events.replay import LogAway
from fragment_kit.events.stream import Delivery, StreamAway
from fragment_kit.serving.logs import logger
from fragment_kit.serving.threads import in_thread

if TYPE_CHECKING:
    import asyncio

    from fragment_kit.events.projection import Projection
    from fragment_kit.events.stream import EventStream

LOG = logger("projection")
BATCH: Final = 200
WAIT_MS: Final = 500
IDLE_MS: Final = 5_000
_TAKEN = Counter("projection_events_total", "Events by what became of them", ["projection", "verdict"])


class Consumer:
    """A worker's job for one projection; `run` until told to stop, or `step` once in a test.

    Args:
        projection: what to feed.
        stream: where events come from.
        idle_ms: how long an unacknowledged event rests before it is tried again or taken from a dead worker.
        wait_ms: how long one read waits for events; also how late a stop is noticed.

    """

    def __init__(
        self, projection: Projection, stream: EventStream, *, idle_ms: int = IDLE_MS, wait_ms: int = WAIT_MS
    ) -> None:
        self.name = f"projection {projection.name}"
        self._projection = projection
        self._stream = stream
        self._idle_ms = idle_ms
        self._wait_ms = wait_ms
        self._pace = Pace(first_s=0.1, cap_s=5.0)
        self._applied: list[CloudEvent] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Read until `stop` is set; survives any outage of the broker, the database or the publisher's log."""
        while not stop.is_set():
            try:
                await self.step()
            except (StreamAway, DatabaseError) as error:
                if not self._pace.is_failing():
                    LOG.warning("projection waits", projection=self._projection.name, why=str(error))
                await self._pace.rest(stop, self._pace.failed_s())
            else:
                self._pace.succeeded()

    async def step(self) -> int:
        """Take one batch; returns how many events were applied.

        Raises:
            StreamAway: the broker is away.
            django.db.DatabaseError: the projection's own database is away; what was not taken stays with the broker.

        """
        name, stream = self._projection.name, self._projection.stream
        batch = await self._stream.take_over(stream, group=name, count=BATCH, idle_ms=self._idle_ms)
        batch += await self._stream.read(stream, group=name, count=BATCH, wait_ms=1 if batch else self._wait_ms)
        self._applied = []
        done: list[str] = []
        try:
            for delivery in batch:
                # Not a comprehension: what was done before a failure must be acknowledged too.
                if await self._is_done(delivery):
                    done.append(delivery.entry)  # noqa: PERF401
        finally:
            await self._announce()
            await self._stream.acknowledge(stream, group=name, entries=done)
        return len(self._applied)

    async def _is_done(self, delivery: Delivery) -> bool:
        """Handle one delivery; False when it was buried, or stays with the broker for another try."""
        try:
            event = CloudEvent.from_json(delivery.body)
        except EventRefused as refused:
            await self._stream.bury(delivery, group=self._projection.name, reason=str(refused))
            return False
        if not event.subject.startswith(self._projection.subjects):
            return True
        try:
            verdict = await self._take(event, is_redelivery=delivery.is_redelivery)
        except LogAway as away:
            LOG.warning("event waits", projection=self._projection.name, subject=event.subject, why=str(away))
            return False
        except _Poisoned as poisoned:
            return await self._failed(delivery, poisoned)
        _TAKEN.labels(self._projection.name, verdict.value).inc()
        return verdict is not Verdict.MISSING_EARLIER

    async def _take(self, event: CloudEvent, *, is_redelivery: bool) -> Verdict:
        verdict = await self._advance(event, is_redelivery=is_redelivery)
        if verdict is Verdict.MISSING_EARLIER:
            await self._catch_up(event)
            verdict = await self._advance(event, is_redelivery=is_redelivery)
        return verdict

    async def _catch_up(self, event: CloudEvent) -> None:
        """Apply what lies between the position and `event`, from the publisher's log."""
        version = await in_thread(positions.version_of, self._projection, event.subject)
        while version + 1 < event.aggregateversion:
            missed = await self._projection.log.after(event.subject, version)
            if not missed:
                raise LogAway(f"the log of {event.subject} ends at version {version}")
            for earlier in missed:
                if earlier.aggregateversion < event.aggregateversion:
                    await self._advance(earlier)
            version = missed[-1].aggregateversion

    async def _advance(self, event: CloudEvent, *, is_redelivery: bool = False) -> Verdict:
        tries = 0
        if is_redelivery:
            # A worker that died over this event left no trace of its try, so the next one is written down first.
            tries = await in_thread(positions.count_try, self._projection, event)
        try:
            if tries > TRIES_MAX:
                raise _Killer(f"{TRIES_MAX} workers died over it")  # noqa: TRY301 - the same road as a handler's error
            verdict = await in_thread(positions.advance, self._projection, event)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            tries = tries or await in_thread(positions.count_try, self._projection, event)
            raise _Poisoned(event, error, tries) from error
        if verdict is Verdict.APPLIED:
            self._applied.append(event)
        return verdict

    async def _failed(self, delivery: Delivery, poisoned: _Poisoned) -> bool:
        event, name = poisoned.event, self._projection.name
        LOG.error("event failed", projection=name, subject=event.subject, why=poisoned.why)
        if poisoned.tries < TRIES_MAX:
            return False
        await in_thread(positions.halt, self._projection, event.subject, poisoned.why)
        body = event.to_json()
        letter = Delivery(stream=delivery.stream, entry=delivery.entry, body=body)
        await self._stream.bury(letter, group=name, reason=poisoned.why)
        _TAKEN.labels(name, "buried").inc()
        return False

    async def _announce(self) -> None:
        if self._applied and self._projection.announce is not None:
            try:
                await self._projection.announce(self._applied)
            except StreamAway as away:
                LOG.warning("signal not sent", projection=self._projection.name, why=str(away))


class _Poisoned(Exception):
    """A handler raised over one event; `tries` says how often it has."""

    def __init__(self, event: CloudEvent, error: Exception, tries: int) -> None:
        super().__init__(str(error))
        self.event = event
        self.tries = tries
        self.why = f"{event.type} v{event.aggregateversion}: {type(error).__name__}: {error}"


class _Killer(Exception):
    """An event over which worker after worker died."""
