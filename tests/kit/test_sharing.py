"""Shared work is done once and survives those who leave; retries have a budget; copies have an age."""

from __future__ import annotations

import asyncio

import pytest

from fragment_kit.resilience.clock import ManualClock
from fragment_kit.resilience.last_good import LastGood
from fragment_kit.resilience.retry_budget import RetryBudget
from fragment_kit.resilience.single_flight import SingleFlight


class Work:
    """Work that ends when told to."""

    def __init__(self) -> None:
        self.runs = 0
        self.was_cancelled = False
        self.gate = asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self) -> int:
        self.runs += 1
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise
        if self.error:
            raise self.error
        return self.runs


async def start(flights: SingleFlight[int], work: Work, count: int, key: str = "a") -> list[asyncio.Task[int]]:
    tasks = [asyncio.ensure_future(flights.run(key, work)) for _ in range(count)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_it_does_the_work_once_per_key_and_again_the_next_time() -> None:
    flights, work = SingleFlight[int](), Work()
    tasks = await start(flights, work, 5) + await start(flights, work, 1, key="b")
    assert (work.runs, len(flights), flights.is_flying("a")) == (2, 2, True)
    work.gate.set()
    await asyncio.gather(*tasks)
    assert len(flights) == 0
    await flights.run("a", work)
    assert work.runs == 3


async def test_it_goes_on_for_the_others_when_one_leaves() -> None:
    flights, work = SingleFlight[int](), Work()
    first, second = await start(flights, work, 2)
    first.cancel()
    await asyncio.sleep(0)
    work.gate.set()
    assert await second == 1


async def test_it_stops_when_everybody_has_left_and_nobody_joins_what_is_stopping() -> None:
    flights, work = SingleFlight[int](), Work()
    for task in await start(flights, work, 3):
        task.cancel()
    await asyncio.sleep(0)
    assert len(flights) == 0
    work.gate.set()
    assert await flights.run("a", work) == 2
    assert work.was_cancelled


async def test_it_shares_a_failure_only_with_those_who_waited_for_it() -> None:
    flights, work = SingleFlight[int](), Work()
    work.error = KeyError("x")
    tasks = await start(flights, work, 3)
    work.gate.set()
    assert all(isinstance(result, KeyError) for result in await asyncio.gather(*tasks, return_exceptions=True))
    work.error = None
    assert await flights.run("a", work) == 2


def test_a_retry_budget_allows_a_tenth_and_one_a_second() -> None:
    clock = ManualClock()
    budget = RetryBudget(clock=clock)
    assert sum(budget.take() for _ in range(50)) == 10
    for _ in range(31):
        budget.count_call()
    assert sum(budget.take() for _ in range(50)) == 3
    clock.advance(2)
    assert sum(budget.take() for _ in range(50)) == 2
    clock.advance(1000)
    assert budget.left == pytest.approx(10)


def test_a_last_good_copy_grows_old_and_dies() -> None:
    clock = ManualClock()
    kept = LastGood[str](max_age_s=600, clock=clock)
    kept.put("catalogue")
    clock.advance(599.5)
    copy = kept.get()
    assert copy is not None
    assert (copy.value, copy.age_s, copy.as_of.tzinfo is not None) == ("catalogue", 599, True)
    clock.advance(1)
    assert kept.get() is None
    assert len(kept) == 0


def test_last_good_copies_are_bounded_and_the_unused_leave_first() -> None:
    kept = LastGood[int](max_age_s=600, max_entries=3)
    for number in range(3):
        kept.put(number, key=number)
    kept.get(0)
    kept.put(3, key=3)
    assert [number for number in range(4) if kept.get(number) is not None] == [0, 2, 3]
