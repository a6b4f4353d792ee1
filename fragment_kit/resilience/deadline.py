"""One moment by which a piece of work must be over, handed down through everything the work calls."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fragment_kit.contract.errors import DeadlinePassed
from fragment_kit.resilience.clock import MONOTONIC, Clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on a monotonic clock.

    Attributes:
        at_s: the moment, in seconds of `clock`.
        clock: the clock that measures it.

    """

    at_s: float
    clock: Clock = field(default=MONOTONIC, repr=False, compare=False)

    @classmethod
    def after_ms(cls, ms: float, clock: Clock = MONOTONIC) -> Deadline:
        """The moment `ms` milliseconds from now; zero or less has passed already."""
        return cls(clock.monotonic() + ms / 1000, clock)

    def remaining_s(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.at_s - self.clock.monotonic())

    def remaining_ms(self) -> int:
        """Whole milliseconds left, never negative; rounded down, so that nobody is promised more than there is."""
        return int(self.remaining_s() * 1000)

    def has_passed(self) -> bool:
        """Whether the moment is now or was before."""
        return self.clock.monotonic() >= self.at_s

    def capped_ms(self, limit_ms: float, reserve_ms: float = 0) -> Deadline:
        """A deadline for a part of this work.

        Args:
            limit_ms: the most that the part may take.
            reserve_ms: what the rest of the work needs after it.

        """
        return Deadline(min(self.clock.monotonic() + limit_ms / 1000, self.at_s - reserve_ms / 1000), self.clock)

    @asynccontextmanager
    async def enforced(self) -> AsyncIterator[None]:
        """Cancel the body when the moment comes.

        Raises:
            DeadlinePassed: the moment came. A cancellation from outside stays a `CancelledError`.

        """
        scope = asyncio.timeout(self.remaining_s())
        try:
            async with scope:
                yield
        except TimeoutError as exc:
            # A timeout that the body raised for reasons of its own is not ours to rename.
            if not scope.expired():
                raise
            msg = "the deadline passed before the work was done"
            raise DeadlinePassed(msg) from exc
