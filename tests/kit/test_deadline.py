"""A deadline is one moment: it shrinks as time goes by, never goes below zero, and really interrupts."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fragment_kit.contract.errors import DeadlinePassed
from fragment_kit.resilience.clock import ManualClock
from fragment_kit.resilience.deadline import Deadline


@given(ms=st.integers(-100, 10_000), gone_ms=st.integers(0, 20_000), limit_ms=st.integers(0, 5000))
def test_it_never_promises_more_than_there_is(ms: int, gone_ms: int, limit_ms: int) -> None:
    clock = ManualClock()
    deadline = Deadline.after_ms(ms, clock)
    clock.advance(gone_ms / 1000)
    assert 0 <= deadline.remaining_ms() <= max(0, ms - gone_ms)
    assert deadline.has_passed() == (deadline.remaining_s() == 0)
    part = deadline.capped_ms(limit_ms, reserve_ms=50)
    assert part.remaining_s() <= max(0.0, min(limit_ms / 1000, deadline.remaining_s() - 0.05)) + 1e-6


async def test_it_interrupts_work_that_is_late() -> None:
    with pytest.raises(DeadlinePassed):
        async with Deadline.after_ms(10).enforced():
            await asyncio.sleep(10)


async def test_it_leaves_a_timeout_of_the_works_own_alone() -> None:
    with pytest.raises(TimeoutError) as caught:
        async with Deadline.after_ms(1000).enforced():
            raise TimeoutError("the feed's own")
    assert not isinstance(caught.value, DeadlinePassed)


async def test_it_passes_a_cancellation_on() -> None:
    async def work() -> None:
        async with Deadline.after_ms(10_000).enforced():
            await asyncio.sleep(10)

    task = asyncio.ensure_future(work())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_manual_clock_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="cannot go back"):
        ManualClock().advance(-1)
