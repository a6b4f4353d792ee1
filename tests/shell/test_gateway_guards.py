"""Breaker, pauses, retries and places: a fragment in trouble is asked less, and nothing leaks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from fragment_kit.contract.outcome import Fresh, Unavailable
from fragment_kit.resilience.breaker_rules import BreakerRules
from fragment_kit.resilience.clock import ManualClock
from tests.shell.gateways import bench, slot_call
from tests.shell.hostile import GOOD, Conversation, HostileFragment, hostile_fragment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fragment_kit.resilience.breaker_board import BreakerChange

QUICK = BreakerRules(calls_min=4, jitter_part=0)


@pytest.fixture
async def fragment() -> AsyncIterator[HostileFragment]:
    """A fragment on a real socket."""
    async with hostile_fragment() as running:
        yield running


async def test_it_stops_asking_a_broken_slot_and_only_that_slot(fragment: HostileFragment) -> None:
    fragment.answers("games", status="500 Oh")
    clock = ManualClock()
    side = bench(fragment.url, rules=QUICK, clock=clock)
    changes: list[BreakerChange] = []
    side.breakers.on_change(changes.append)
    for _ in range(10):
        outcome, trail, _ = await side.fetch()
    assert isinstance(outcome, Unavailable)
    assert (outcome.reason, trail.attempts, trail.breaker) == ("breaker_open", 0, "open")
    assert outcome.retry_after_s == pytest.approx(5)
    assert len(fragment.heads) == 4
    other, _, _ = await side.fetch("/slots/board", slot="board")
    assert isinstance(other, Fresh)

    fragment.answers("games")
    clock.advance(5.1)
    for _ in range(2):
        healed, _, _ = await side.fetch()
        assert isinstance(healed, Fresh)
    assert [change.after for change in changes] == ["open", "half_open", "closed"]


@pytest.mark.parametrize("status", ["400 No", "403 No", "404 No", "410 No", "429 Slow"])
async def test_it_does_not_blame_the_fragment_for_refusals(fragment: HostileFragment, status: str) -> None:
    fragment.answers("games", status=status)
    side = bench(fragment.url, rules=QUICK)
    for _ in range(20):
        outcome, _, _ = await side.fetch()
        assert isinstance(outcome, Unavailable)
        assert outcome.reason == "bad_status"
    assert len(fragment.heads) == 20


async def test_it_keeps_rehearsals_away_from_everybodys_breaker(fragment: HostileFragment) -> None:
    fragment.answers("games", status="500 Oh")
    side = bench(fragment.url, rules=QUICK)
    for _ in range(5):
        await side.fetch(fault_plan="signed.plan")
    fragment.answers("games")
    rehearsed, _, _ = await side.fetch(fault_plan="signed.plan")
    played, _, _ = await side.fetch()
    assert isinstance(rehearsed, Unavailable)
    assert isinstance(played, Fresh)


async def test_it_leaves_a_fragment_alone_for_as_long_as_that_asks(fragment: HostileFragment) -> None:
    fragment.answers("games", status="503 Later", extra="Retry-After: 7\r\n")
    clock = ManualClock()
    side = bench(fragment.url, clock=clock)
    await side.fetch()
    fragment.answers("games")
    clock.advance(6.5)
    outcome, _, _ = await side.fetch()
    assert isinstance(outcome, Unavailable)
    assert outcome.retry_after_s == pytest.approx(0.5)
    clock.advance(0.6)
    outcome, _, _ = await side.fetch()
    assert isinstance(outcome, Fresh)


async def test_it_lets_only_the_player_wait_who_asked_too_often(fragment: HostileFragment) -> None:
    fragment.answers("games", status="429 Slow", extra="Retry-After: 7\r\n")
    clock = ManualClock()
    side = bench(fragment.url, clock=clock)
    await side.fetch()
    fragment.answers("games")
    waiting, trail, _ = await side.fetch()
    other, _, _ = await side.fetch(player="ben", session="ben-1")
    assert isinstance(waiting, Unavailable)
    assert (waiting.reason, waiting.retry_after_s, trail.attempts) == ("bad_status", pytest.approx(7), 0)
    assert isinstance(other, Fresh)
    clock.advance(7.1)
    assert isinstance((await side.fetch())[0], Fresh)


async def test_it_asks_again_once_when_no_byte_of_an_answer_came(fragment: HostileFragment) -> None:
    said = iter([None, GOOD])

    @fragment.conduct("games")
    async def _(c: Conversation) -> None:
        body = next(said)
        c.hang_up() if body is None else await c.answer(body)

    outcome, trail, _ = await bench(fragment.url).fetch()
    assert isinstance(outcome, Fresh)
    assert trail.attempts == 2


async def test_it_does_not_let_retries_double_the_load(fragment: HostileFragment) -> None:
    @fragment.conduct("games")
    async def _(c: Conversation) -> None:
        c.hang_up()

    side = bench(fragment.url, clock=ManualClock())
    for _ in range(60):
        await side.fetch()
    assert 60 < len(fragment.heads) <= 60 + 10 + 6  # a full purse, and a tenth of the calls


async def test_it_turns_to_the_next_address_when_one_refuses(fragment: HostileFragment) -> None:
    async with hostile_fragment() as gone:
        nobody = gone.url
    side = bench(nobody, fragment.url)
    outcomes = [(await side.fetch())[0] for _ in range(6)]
    assert all(isinstance(outcome, Fresh) for outcome in outcomes)


async def test_it_refuses_the_caller_for_whom_there_is_no_place(fragment: HostileFragment) -> None:
    @fragment.conduct("games")
    async def _(c: Conversation) -> None:
        await asyncio.sleep(30)

    side = bench(fragment.url)
    hanging = [asyncio.ensure_future(side.fetch(player=f"p{n}", timeout_ms=5000)) for n in range(32)]
    await fragment.asked(32)
    outcome, _, took_ms = await side.fetch(timeout_ms=300)
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "bulkhead_full"
    assert 40 < took_ms < 110
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)
    assert side.gateway.hop.gauges() == {"": (0, 0), "lobby": (0, 0)}


async def test_it_leaks_nothing_when_five_hundred_players_leave(fragment: HostileFragment) -> None:
    turn = iter(range(10**6))

    @fragment.conduct("games")
    async def _(c: Conversation) -> None:
        await asyncio.sleep(0.003 * (next(turn) % 5))
        await c.answer()

    side = bench(fragment.url, rules=QUICK)
    for batch in range(10):
        tasks = [
            asyncio.ensure_future(
                side.gateway.fetch(slot_call(player=f"p{n}", session=f"s{n}", timeout_ms=2000, is_shared=n % 2 == 0))
            )
            for n in range(50)
        ]
        await asyncio.sleep(0.001 * batch)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert side.gateway.hop.gauges() == {"": (0, 0), "lobby": (0, 0)}
    assert all(not snapshot.is_probing for snapshot in side.breakers.snapshot().values())
    assert {snapshot.state for snapshot in side.breakers.snapshot().values()} == {"closed"}
    for n in range(20):
        outcome, _, _ = await side.fetch("/slots/well", player=f"q{n}", timeout_ms=1000)
        assert isinstance(outcome, Fresh)
    assert asyncio.all_tasks() - {asyncio.current_task()} <= fragment.tasks


async def test_it_frees_the_place_of_a_probe_whose_player_left(fragment: HostileFragment) -> None:
    fragment.answers("games", status="500 Oh")
    clock = ManualClock()
    side = bench(fragment.url, rules=QUICK, clock=clock)
    for _ in range(4):
        await side.fetch()

    @fragment.conduct("games")
    async def _(c: Conversation) -> None:
        await asyncio.sleep(30)

    clock.advance(5.1)
    probe = asyncio.ensure_future(side.fetch())
    await fragment.asked(5)
    meanwhile, _, _ = await side.fetch()
    assert isinstance(meanwhile, Unavailable)
    assert meanwhile.reason == "breaker_open"
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)
    fragment.answers("games")
    outcome, _, _ = await side.fetch()
    assert isinstance(outcome, Fresh)


async def test_it_passes_a_cancellation_on(fragment: HostileFragment) -> None:
    @fragment.conduct("games")
    async def _(c: Conversation) -> None:
        await asyncio.sleep(30)

    task = asyncio.ensure_future(bench(fragment.url).fetch())
    await fragment.asked()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_it_becomes_a_value_even_when_the_gateway_itself_breaks(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        async def send(self, request: object, deadline: object) -> None:
            raise ZeroDivisionError

    side = bench("http://x", make=lambda urls: Broken())
    outcome, _, _ = await side.fetch()
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "contract"
    assert "ZeroDivisionError" in caplog.text
    assert side.gateway.hop.gauges() == {"": (0, 0), "lobby": (0, 0)}
