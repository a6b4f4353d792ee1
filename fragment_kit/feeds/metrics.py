"""Counts what the feeds answer, for `GET /metrics`."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

FEED_READS = Counter("fragment_feed_reads_total", "Feed reads by outcome", ["feed", "outcome"])
FEED_SECONDS = Histogram(
    "fragment_feed_seconds", "Time a feed took", ["feed"], buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1)
)
