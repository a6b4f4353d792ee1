"""Where durations come from: a monotonic clock that a test can hold in its hand."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Anything that can say how much time has gone by."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        ...


class MonotonicClock:
    """The machine's own monotonic clock, which no change of the wall clock can move."""

    __slots__ = ()

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        return time.monotonic()


class ManualClock:
    """A clock that stands still until it is told to move, for tests without waiting.

    Args:
        start_s: what it shows at first, in seconds.

    """

    __slots__ = ("_now_s",)

    def __init__(self, start_s: float = 1000.0) -> None:
        self._now_s = start_s

    def monotonic(self) -> float:
        """Seconds on this clock."""
        return self._now_s

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds`.

        Raises:
            ValueError: `seconds` is negative; a monotonic clock never goes back.

        """
        if seconds < 0:
            msg = f"a monotonic clock cannot go back by {-seconds} s; advance it by zero or more"
            raise ValueError(msg)
        self._now_s += seconds


MONOTONIC = MonotonicClock()
"""The clock to use outside tests."""
