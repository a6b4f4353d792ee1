"""A bulkhead never admits too many, is fair to those who wait, and loses no place to those who leave."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from fragment_kit.resilience.bulkhead import Bulkhead


async def test_it_admits_as_many_as_it_has_places_for() -> None:
    bulkhead = Bulkhead(2)
    assert [await bulkhead.enter(0) for _ in range(3)] == [True, True, False]
    bulkhead.leave()
    assert await bulkhead.enter(0)


async def test_it_gives_up_after_the_wait() -> None:
    bulkhead = Bulkhead(1)
    await bulkhead.enter(0)
    began_s = asyncio.get_running_loop().time()
    assert not await bulkhead.enter(0.03)
    assert 0.025 < asyncio.get_running_loop().time() - began_s < 0.1
    assert bulkhead.waiting == 0


async def test_it_serves_those_who_wait_in_their_order() -> None:
    bulkhead = Bulkhead(1)
    await bulkhead.enter(0)
    order: list[int] = []

    async def player(number: int) -> None:
        assert await bulkhead.enter(1)
        order.append(number)
        bulkhead.leave()

    tasks = [asyncio.ensure_future(player(number)) for number in range(5)]
    await asyncio.sleep(0)
    assert bulkhead.waiting == 5
    bulkhead.leave()
    await asyncio.gather(*tasks)
    assert order == [0, 1, 2, 3, 4]
    assert (bulkhead.in_use, bulkhead.waiting) == (0, 0)


async def test_it_refuses_at_once_when_the_queue_is_full() -> None:
    bulkhead = Bulkhead(1, queue_max=1)
    await bulkhead.enter(0)
    waiting = asyncio.ensure_future(bulkhead.enter(1))
    await asyncio.sleep(0)
    assert not await bulkhead.enter(1)
    bulkhead.leave()
    assert await waiting


async def test_it_passes_on_the_place_of_a_player_who_left_just_as_it_came() -> None:
    bulkhead = Bulkhead(1)
    await bulkhead.enter(0)
    first, second = (asyncio.ensure_future(bulkhead.enter(1)) for _ in range(2))
    await asyncio.sleep(0)
    bulkhead.leave()  # the place is the first one's now, who does not know it yet
    first.cancel()
    assert await second
    bulkhead.leave()
    assert (bulkhead.in_use, bulkhead.waiting) == (0, 0)


@settings(max_examples=30, deadline=None)
@given(
    places=st.integers(1, 4),
    players=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from([0, 0.001, 0.5]), st.sampled_from([None, 0, 1, 2, 3, 5])),
        max_size=25,
    ),
)
def test_it_keeps_its_count_whatever_players_do(places: int, players: list[tuple[int, float, int | None]]) -> None:
    async def story() -> None:
        bulkhead = Bulkhead(places, queue_max=8)

        async def play(turns: int, wait_s: float) -> None:
            if await bulkhead.enter(wait_s):
                try:
                    assert bulkhead.in_use <= places
                    for _ in range(turns):
                        await asyncio.sleep(0)
                finally:
                    bulkhead.leave()

        async def leave_after(task: asyncio.Task[None], turns: int) -> None:
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()

        tasks = [asyncio.ensure_future(play(turns, wait_s)) for turns, wait_s, _ in players]
        leavers = [
            asyncio.ensure_future(leave_after(task, leaves))
            for task, (_, _, leaves) in zip(tasks, players, strict=True)
            if leaves is not None
        ]
        results = await asyncio.gather(*tasks, *leavers, return_exceptions=True)
        assert not [result for result in results if isinstance(result, Exception)]
        assert (bulkhead.in_use, bulkhead.waiting) == (0, 0)

    asyncio.run(story())
