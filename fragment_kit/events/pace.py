"""How long a background job rests: briefly when idle, longer after each failure in a row, and never past a stop."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Pace:
    """Doubling rests with jitter.

    Args:
        first_s: the rest after the first failure, in seconds.
        cap_s: the longest rest.
        jitter: a number from 0 to 1; spreads processes that failed at the same moment.

    """

    def __init__(self, *, first_s: float, cap_s: float, jitter: Callable[[], float] = random.random) -> None:
        self._first_s = first_s
        self._cap_s = cap_s
        self._jitter = jitter
        self._failures = 0

    def is_failing(self) -> bool:
        """Whether the last try failed."""
        return self._failures > 0

    def succeeded(self) -> None:
        """The job works again; the next failure rests briefly."""
        self._failures = 0

    def failed_s(self) -> float:
        """Count one more failure; returns the rest before the next try, in seconds."""
        longest = min(self._cap_s, self._first_s * 2.0 ** min(self._failures, 16))
        self._failures += 1
        return longest * (0.5 + self._jitter() / 2)

    @staticmethod
    async def rest(stop: asyncio.Event, seconds: float) -> None:
        """Wait `seconds`, or less when `stop` is set meanwhile."""
        if seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)
