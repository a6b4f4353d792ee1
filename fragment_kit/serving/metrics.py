"""Counts what a service does, for `GET /metrics`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

if TYPE_CHECKING:
    from django.http import HttpRequest

SLOT_CALLS = Counter("fragment_slot_calls_total", "Answers of slots and actions by status", ["slot", "status"])
SLOT_SECONDS = Histogram(
    "fragment_slot_seconds", "Time to answer", ["slot"], buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3)
)


async def metrics(_request: HttpRequest) -> HttpResponse:
    """Prometheus text; the shell's mounts never reach it."""
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
