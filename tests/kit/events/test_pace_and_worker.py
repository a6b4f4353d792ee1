"""How background jobs rest, start again, and stop when they are told to."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from fragment_kit.events.pace import Pace
from fragment_kit.events.worker import keep_running


@given(failures=st.integers(1, 40), jitter=st.floats(0, 1))
def test_its_rests_grow_to_a_cap_and_no_further(failures: int, jitter: float) -> None:
    pace = Pace(first_s=0.1, cap_s=5.0, jitter=lambda: jitter)
    rests = [pace.failed_s() for _ in range(failures)]
    assert rests == sorted(rests)
    assert 0.05 <= rests[0] <= 0.1
    assert rests[-1] <= 5.0
    pace.succeeded()
    assert pace.failed_s() == rests[0]


async def test_a_rest_ends_at_once_when_a_stop_comes() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().call_soon(stop.set)
    async with asyncio.timeout(5):
        await Pace.rest(stop, 3_600)


class Stumbling:
    """A job that fails once and then works until the stop."""

    name = "stumbling"

    def __init__(self) -> None:
        self.starts = 0

    async def run(self, stop: asyncio.Event) -> None:
        self.starts += 1
        if self.starts == 1:
            raise RuntimeError("stumbled")
        stop.set()


async def test_a_job_that_fails_is_started_again_and_a_stopped_one_is_not() -> None:
    job, stop = Stumbling(), asyncio.Event()
    async with asyncio.timeout(10):
        await keep_running(job, stop)
    assert job.starts == 2
