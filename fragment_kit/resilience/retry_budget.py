"""Limits how much of the traffic may be second attempts, so that retries cannot turn a brown-out into a black-out."""

from __future__ import annotations

from fragment_kit.resilience.clock import MONOTONIC, Clock


class RetryBudget:
    """A purse that every call fills a little and every retry empties by one.

    Args:
        part: what each call puts in; 0.1 allows one retry for ten calls.
        per_s: what time puts in, per second, so that a quiet neighbour is retried too.
        purse_max: the most that can be saved for a burst.
        clock: measures time.

    """

    __slots__ = ("_clock", "_filled_s", "_part", "_per_s", "_purse", "_purse_max")

    def __init__(
        self, *, part: float = 0.1, per_s: float = 1.0, purse_max: float = 10.0, clock: Clock = MONOTONIC
    ) -> None:
        self._part = part
        self._per_s = per_s
        self._purse_max = purse_max
        self._purse = purse_max
        self._clock = clock
        self._filled_s = clock.monotonic()

    @property
    def left(self) -> float:
        """Retries that could be made at this moment, in parts of one."""
        self._fill()
        return self._purse

    def count_call(self) -> None:
        """A first attempt was made."""
        self._purse = min(self._purse + self._part, self._purse_max)

    def take(self) -> bool:
        """Whether one more retry may be made now; it is taken from the purse."""
        self._fill()
        if self._purse < 1:
            return False
        self._purse -= 1
        return True

    def _fill(self) -> None:
        now_s = self._clock.monotonic()
        self._purse = min(self._purse + (now_s - self._filled_s) * self._per_s, self._purse_max)
        self._filled_s = now_s
