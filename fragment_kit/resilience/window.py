"""Counts how the calls of the last few seconds went, in buckets of one second, so that old news fades by itself."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass


@dataclass(slots=True)
class _Bucket:
    second: int
    calls: int = 0
    failed: int = 0
    slow: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many calls the window holds, how many of them failed, and how many were slow."""

    calls: int = 0
    failed: int = 0
    slow: int = 0


class SlidingWindow:
    """The last `length_s` seconds of calls; memory does not grow with traffic.

    Args:
        length_s: how far back it looks, in whole seconds.
    """

    __slots__ = ("_buckets", "_length_s")

    def __init__(self, length_s: int) -> None:
        self._length_s = length_s
        self._buckets: deque[_Bucket] = deque()

    def add(self, now_s: float, *, failed: bool, slow: bool) -> None:
        """Count one call that ended at `now_s` of a monotonic clock."""
        second = int(now_s)
        if not self._buckets or self._buckets[-1].second != second:
            self._drop_old(second)
            self._buckets.append(_Bucket(second))
        bucket = self._buckets[-1]
        bucket.calls += 1
        bucket.failed += failed
        bucket.slow += slow

    def tally(self, now_s: float) -> Tally:
        """The sum over the window that ends at `now_s`."""
        self._drop_old(int(now_s))
        return Tally(
            calls=sum(bucket.calls for bucket in self._buckets),
            failed=sum(bucket.failed for bucket in self._buckets),
            slow=sum(bucket.slow for bucket in self._buckets),
        )

    def clear(self) -> None:
        """Forget every call."""
        self._buckets.clear()

    def _drop_old(self, second: int) -> None:
        while self._buckets and self._buckets[0].second <= second - self._length_s:
            self._buckets.popleft()
