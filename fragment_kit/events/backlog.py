"""How much the outbox still has to say, read anew at each scrape of `/metrics`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import DatabaseError, close_old_connections
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from fragment_kit.events.models import OutboxEvent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client import Metric


@dataclass(frozen=True, slots=True)
class Backlog:
    """Unpublished events: how many, and the age of the oldest in seconds."""

    events: int
    oldest_age_s: float


def backlog() -> Backlog:
    """Count what waits; reads only the partial index of unpublished rows."""
    waiting = OutboxEvent.objects.filter(published_at__isnull=True)
    found = waiting.aggregate(events=Count("seq"), oldest=Min("created_at"))
    age_s = (timezone.now() - found["oldest"]).total_seconds() if found["oldest"] else 0.0
    return Backlog(events=found["events"], oldest_age_s=max(0.0, age_s))


class BacklogCollector(Collector):
    """Gauges that are asked for, not kept: every process that shares the outbox tells the same numbers."""

    timeout_s: Final = 1.0

    def __init__(self) -> None:
        # A scrape is answered on the event loop, where Django rightly refuses queries.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="backlog")

    def describe(self) -> Iterable[Metric]:
        """Nothing: registering must not touch the database."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Two gauges, or none while the database is away."""
        try:
            found = self._thread.submit(_sound_backlog).result(self.timeout_s)
        except (DatabaseError, TimeoutError):
            return ()
        return (
            GaugeMetricFamily("outbox_backlog_events", "Events that wait for the relay", value=found.events),
            GaugeMetricFamily("outbox_backlog_seconds", "Age of the oldest waiting event", value=found.oldest_age_s),
        )


def _sound_backlog() -> Backlog:
    close_old_connections()
    return backlog()
