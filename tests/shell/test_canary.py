"""A canary meets its share of the players, always the same ones, and whatever it does the others do not notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fragment_kit.contract.outcome import Fresh, Unavailable
from fragment_kit.resilience.breaker_rules import BreakerRules
from shell.registry.entries import Canary
from tests.shell.gateways import Bench, action_call, bench
from tests.shell.hostile import HostileFragment, hostile_fragment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PLAYERS = [f"player-{number}" for number in range(40)]


@pytest.fixture
async def stable() -> AsyncIterator[HostileFragment]:
    async with hostile_fragment() as running:
        yield running


@pytest.fixture
async def canary() -> AsyncIterator[HostileFragment]:
    async with hostile_fragment() as running:
        running.answers("games", "<div>new</div>")
        yield running


def both(stable: HostileFragment, canary: HostileFragment, weight: int = 50) -> Bench:
    rules = BreakerRules(calls_min=4, jitter_part=0)
    return bench(stable.url, canary=Canary(url=canary.url, weight=weight), rules=rules)


async def seen_by(side: Bench, player: str) -> str:
    outcome, _, _ = await side.fetch(player=player, session=player)
    return outcome.value.html if isinstance(outcome, Fresh) else "nothing"


async def test_each_player_always_meets_the_same_side(stable: HostileFragment, canary: HostileFragment) -> None:
    side = both(stable, canary)
    first = {player: await seen_by(side, player) for player in PLAYERS}
    assert {player: await seen_by(side, player) for player in PLAYERS} == first
    assert 8 <= sum(html == "<div>new</div>" for html in first.values()) <= 32


async def test_an_action_goes_where_the_panel_came_from(stable: HostileFragment, canary: HostileFragment) -> None:
    side = both(stable, canary)
    for player in PLAYERS:
        came_from = canary if await seen_by(side, player) == "<div>new</div>" else stable
        before = len(came_from.bodies)
        await side.gateway.act(action_call(player=player, session=player))
        assert came_from.bodies[before:] == [b"idempotency_key=1"]


async def test_everybody_without_a_name_meets_the_usual_side(stable: HostileFragment, canary: HostileFragment) -> None:
    side = both(stable, canary, weight=100)
    await side.fetch(player=None, session=None)
    await side.fetch(player=None, session=None, is_shared=True)
    assert (len(stable.heads), len(canary.heads)) == (2, 0)


async def test_a_broken_canary_opens_its_own_breaker_only(stable: HostileFragment, canary: HostileFragment) -> None:
    side = both(stable, canary)
    lots = {player: await seen_by(side, player) for player in PLAYERS}
    canary.answers("games", status="500 Oh")
    met = next(player for player, html in lots.items() if html == "<div>new</div>")
    for _ in range(60):
        outcome, _, _ = await side.fetch(player=met, session=met)
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "breaker_open"
    for player, html in lots.items():
        if html != "<div>new</div>":
            assert await seen_by(side, player) == html


async def test_an_edit_of_the_weight_takes_effect_and_keeps_the_pools(
    stable: HostileFragment, canary: HostileFragment
) -> None:
    side = both(stable, canary, weight=0)
    await seen_by(side, "ana")
    pool = side.upstreams.way("lobby", "ana")
    entry = side.upstreams.entries["lobby"]
    side.upstreams.replace({"lobby": entry})
    assert side.upstreams.way("lobby", "ana") == pool
    side.upstreams.replace({})
    assert side.upstreams.way("lobby", "ana") is None
