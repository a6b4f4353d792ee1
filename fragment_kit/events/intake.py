"""Takes events into one projection: many at once when nothing is odd, singly with gaps mended when something is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import InterfaceError, OperationalError

from fragment_kit.events import projection as positions
from fragment_kit.events.projection import TRIES_MAX, Verdict
from fragment_kit.events.replay import LogAway
from fragment_kit.serving.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fragment_kit.contract.events import CloudEvent
    from fragment_kit.events.projection import Projection

# The database's own trouble: the event is innocent, and everything waits.
DATABASE_AWAY: Final = (OperationalError, InterfaceError)


class Poisoned(Exception):
    """A handler raised over one event.

    Attributes:
        event: which; with a gap before the delivery it is an earlier one.
        tries: how often it has failed by now.
        why: one line for logs and for the dead letter.

    """

    def __init__(self, event: CloudEvent, error: Exception, tries: int) -> None:
        super().__init__(str(error))
        self.event = event
        self.tries = tries
        self.why = f"{event.type} v{event.aggregateversion}: {type(error).__name__}: {error}"


class Killer(Exception):
    """An event over which worker after worker died."""


class Intake:
    """The state of one batch.

    Attributes:
        applied: the events that had an effect, in order.
        stuck: subjects that failed in this batch; their later events wait for the next try, which should not be
            spent at once on what may pass in a moment.

    """

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self.applied: list[CloudEvent] = []
        self.stuck: set[str] = set()

    async def all_at_once(self, events: Sequence[CloudEvent]) -> list[Verdict] | None:
        """Apply `events` in one transaction; None when a handler raised, so that each must be looked at singly."""
        try:
            verdicts = await in_thread(positions.advance_all, self._projection, events)
        except DATABASE_AWAY:
            raise
        except Exception:  # noqa: BLE001 - the single road finds out which event it was, and says so
            return None
        self.applied += [event for event, verdict in zip(events, verdicts, strict=True) if verdict is Verdict.APPLIED]
        return verdicts

    async def take(self, event: CloudEvent, *, is_redelivery: bool) -> Verdict:
        """Apply one event, and before it whatever is missing.

        Raises:
            Poisoned: a handler failed.
            LogAway: something is missing and cannot be read now.

        """
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
                raise Killer(f"{TRIES_MAX} workers died over it")  # noqa: TRY301 - the same road as a handler's error
            verdict = await in_thread(positions.advance, self._projection, event)
        except DATABASE_AWAY:
            raise
        except Exception as error:
            tries = tries or await in_thread(positions.count_try, self._projection, event)
            raise Poisoned(event, error, tries) from error
        if verdict is Verdict.APPLIED:
            self.applied.append(event)
        return verdict
