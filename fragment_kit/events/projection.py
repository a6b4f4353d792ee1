"""What a projection is, and the one transaction in which it takes an event: effect and position together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from django.db import transaction

from fragment_kit.events.models import SubjectPosition

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from fragment_kit.contract.events import CloudEvent
    from fragment_kit.events.replay import EventLog

TRIES_MAX: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A read model fed by events.

    Attributes:
        name: consumer group, and key of its positions; a new name reads everything anew.
        stream: the publisher's aggregate type, `wallet` for `events.wallet`.
        apply: writes the effect of one event with Django's default database. It runs inside a transaction, in a
            thread, and uses nothing but the event's own fields, so that a replay gives the same bytes.
        log: where missed events are read.
        subjects: only subjects that begin so are read; "" takes all.
        announce: called after a batch has been committed, with the events that were applied for the first time.
            Its failure is logged and costs nothing: what it says is a hint.

    """

    name: str
    stream: str
    apply: Callable[[CloudEvent], None]
    log: EventLog
    subjects: str = ""
    announce: Callable[[Sequence[CloudEvent]], Awaitable[None]] | None = None


class Verdict(Enum):
    """What became of one event."""

    APPLIED = "applied"
    SEEN = "seen"
    MISSING_EARLIER = "missing earlier"
    HALTED = "halted"


def advance(projection: Projection, event: CloudEvent) -> Verdict:
    """Apply `event` if it is its subject's next one; the effect and the new position commit together or not at all.

    Raises:
        Exception: whatever `projection.apply` raised; nothing was changed.

    """
    return advance_all(projection, [event])[0]


def advance_all(projection: Projection, events: Sequence[CloudEvent]) -> list[Verdict]:
    """Like `advance` for several events in one transaction, which costs little more than for one.

    Raises:
        Exception: whatever `projection.apply` raised over one of them; nothing was changed by any.

    """
    with transaction.atomic():
        return [_advance(projection, event) for event in events]


def version_of(projection: Projection, subject: str) -> int:
    """The last version of `subject` that was applied; 0 before the first."""
    found = SubjectPosition.objects.filter(projection=projection.name, subject=subject)
    return found.values_list("version", flat=True).first() or 0


def count_try(projection: Projection, event: CloudEvent) -> int:
    """Remember one more try of `event`; returns how many there were, 0 when it is not what its subject waits for."""
    with transaction.atomic():
        position = _position(projection, event.subject)
        if position.halted_because or event.aggregateversion != position.version + 1:
            return 0
        position.tries += 1
        position.save(update_fields=["tries"])
        return position.tries


def halt(projection: Projection, subject: str, reason: str) -> None:
    """Take no more events of `subject`; the other subjects go on."""
    with transaction.atomic():
        position = _position(projection, subject)
        SubjectPosition.objects.filter(pk=position.pk).update(halted_because=reason)


def resume(projection_name: str, subject: str) -> bool:
    """Let a halted subject go on; what it missed is read from the log with its next event. False when not halted."""
    halted = SubjectPosition.objects.filter(projection=projection_name, subject=subject).exclude(halted_because="")
    return bool(halted.update(halted_because="", tries=0))


def _advance(projection: Projection, event: CloudEvent) -> Verdict:
    position = _position(projection, event.subject)
    if position.halted_because:
        return Verdict.HALTED
    if event.aggregateversion <= position.version:
        return Verdict.SEEN
    if event.aggregateversion > position.version + 1:
        return Verdict.MISSING_EARLIER
    projection.apply(event)
    SubjectPosition.objects.filter(pk=position.pk).update(version=event.aggregateversion, tries=0)
    return Verdict.APPLIED


def _position(projection: Projection, subject: str) -> SubjectPosition:
    # The lock lets two workers of one group meet the same subject; SQLite's write lock does it by itself.
    rows = SubjectPosition.objects.select_for_update()
    position, _ = rows.get_or_create(projection=projection.name, subject=subject)
    return position
