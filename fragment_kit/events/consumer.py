"""Third step of an event: a worker reads the stream for one projection, and buries what cannot be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import DatabaseError
from prometheus_client import Counter

from fragment_kit.contract.errors import EventRefused
from fragment_kit.contract.events import CloudEvent
from fragment_kit.events import projection as positions
from fragment_kit.events.intake import Intake, Poisoned
from fragment_kit.events.pace import Pace
from fragment_kit.events.projection import TRIES_MAX, Verdict
from fragment_kit.events.replay import LogAway
from fragment_kit.events.stream import Delivery, StreamAway
from fragment_kit.serving.logs import logger
from fragment_kit.serving.threads import in_thread

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from fragment_kit.events.projection import Projection
    from fragment_kit.events.stream import EventStream

LOG = logger("projection")
BATCH: Final = 200
CHUNK: Final = 50  # events a transaction: long enough to be cheap, short enough for a bet to wait behind
WAIT_MS: Final = 500
IDLE_MS: Final = 5_000
_EVENTS = Counter("projection_events_total", "Events by what became of them", ["projection", "verdict"])


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
                if self._pace.is_failing():
                    LOG.info("projection reads again", projection=self._projection.name)
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
        intake, done = Intake(self._projection), list[str]()
        try:
            for start in range(0, len(batch), CHUNK):
                await self._take(batch[start : start + CHUNK], intake, done)
        finally:
            # Also after a failure: what is committed is done.
            await self._stream.acknowledge(stream, group=name, entries=done)
            await self._announce(intake.applied)
        return len(intake.applied)

    async def _take(self, chunk: Sequence[Delivery], intake: Intake, done: list[str]) -> None:
        pairs = [(delivery, event) for delivery in chunk if (event := await self._read(delivery, done)) is not None]
        if not any(delivery.is_redelivery for delivery, _ in pairs):
            verdicts = await intake.all_at_once([event for _, event in pairs])
            if verdicts is not None:
                for (delivery, _), verdict in zip(pairs, verdicts, strict=True):
                    self._note(verdict, delivery, done)
                pairs = [
                    pair for pair, verdict in zip(pairs, verdicts, strict=True) if verdict is Verdict.MISSING_EARLIER
                ]
        for delivery, event in pairs:
            await self._take_singly(delivery, event, intake, done)

    async def _read(self, delivery: Delivery, done: list[str]) -> CloudEvent | None:
        """The event of a delivery; None when there is nothing to do with it but to acknowledge or bury it."""
        try:
            event = CloudEvent.from_json(delivery.body)
        except EventRefused as refused:
            await self._stream.bury(delivery, group=self._projection.name, reason=str(refused))
            return None
        if event.subject.startswith(self._projection.subjects):
            return event
        done.append(delivery.entry)
        return None

    async def _take_singly(self, delivery: Delivery, event: CloudEvent, intake: Intake, done: list[str]) -> None:
        """Take one event; what fails stays with the broker for another try."""
        if event.subject in intake.stuck:
            return
        try:
            verdict = await intake.take(event, is_redelivery=delivery.is_redelivery)
        except LogAway as away:
            intake.stuck.add(event.subject)
            LOG.warning("event waits", projection=self._projection.name, subject=event.subject, why=str(away))
        except Poisoned as poisoned:
            intake.stuck.add(event.subject)
            await self._failed(delivery, poisoned)
        else:
            self._note(verdict, delivery, done)

    def _note(self, verdict: Verdict, delivery: Delivery, done: list[str]) -> None:
        _EVENTS.labels(self._projection.name, verdict.value).inc()
        if verdict is not Verdict.MISSING_EARLIER:
            done.append(delivery.entry)

    async def _failed(self, delivery: Delivery, poisoned: Poisoned) -> None:
        event, name = poisoned.event, self._projection.name
        LOG.error("event failed", projection=name, subject=event.subject, tries=poisoned.tries, why=poisoned.why)
        if poisoned.tries < TRIES_MAX:
            return
        await in_thread(positions.halt, self._projection, event.subject, poisoned.why)
        letter = Delivery(stream=delivery.stream, entry=delivery.entry, body=event.to_json())
        await self._stream.bury(letter, group=name, reason=poisoned.why)
        _EVENTS.labels(name, "buried").inc()

    async def _announce(self, applied: Sequence[CloudEvent]) -> None:
        if not applied or self._projection.announce is None:
            return
        try:
            await self._projection.announce(applied)
        except StreamAway as away:
            LOG.warning("signal not sent", projection=self._projection.name, why=str(away))
