"""Copies and shared calls: who may be shown what, for how long, and who asks once for many."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest

from fragment_kit.contract.manifest import StalePolicy
from fragment_kit.contract.outcome import Fresh, Stale, Unavailable
from fragment_kit.resilience.breaker_board import BreakerKey
from fragment_kit.resilience.breaker_rules import BreakerRules
from fragment_kit.resilience.clock import ManualClock
from shell.gateway.markup import MarkupPolicies
from shell.registry.manifest_book import ManifestBook
from shell.upkeep.takeover import Takeover
from tests.shell.gateways import FOR_AN_HOUR, bench
from tests.shell.hostile import GOOD, Conversation, HostileFragment, hostile_fragment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from shell.upkeep.recovery import Recovery


@pytest.fixture
async def fragment() -> AsyncIterator[HostileFragment]:
    """A fragment on a real socket."""
    async with hostile_fragment() as running:
        yield running


async def test_it_shows_an_old_copy_with_its_age_while_the_fragment_is_away(fragment: HostileFragment) -> None:
    clock = ManualClock()
    side = bench(fragment.url, clock=clock)
    await side.fetch(stale=FOR_AN_HOUR)
    fragment.answers("games", status="500 Oh")
    money, _, _ = await side.fetch(stale=StalePolicy())  # the manifest says never, from now on
    assert isinstance(money, Unavailable)
    clock.advance(42)
    outcome, trail, _ = await side.fetch(stale=FOR_AN_HOUR)
    assert isinstance(outcome, Stale)
    assert (outcome.age_s, outcome.reason, trail.cache, trail.ttl_s) == (42, "bad_status", "stale", -42)
    clock.advance(3600)
    outcome, _, _ = await side.fetch(stale=FOR_AN_HOUR)
    assert isinstance(outcome, Unavailable)


@pytest.mark.parametrize("who", [{"player": "ben"}, {"session": "ana-2"}, {"player": None, "session": None}])
async def test_it_never_shows_a_copy_to_somebody_else(fragment: HostileFragment, who: dict[str, str | None]) -> None:
    side = bench(fragment.url)
    await side.fetch(stale=FOR_AN_HOUR)
    fragment.answers("games", status="500 Oh")
    outcome, _, _ = await side.fetch(stale=FOR_AN_HOUR, **who)
    assert isinstance(outcome, Unavailable)


@pytest.mark.parametrize(
    ("extra", "own"),
    [
        ("Cache-Control: no-store\r\n", {}),
        ("Vary: *\r\n", {}),
        ("Vary: X-Mood\r\n", {}),
        ("Fragment-State: degraded; feed=tables\r\n", {}),
        ("Cache-Control: private\r\n", {"is_shared": True}),
        ("", {"fault_plan": "signed.plan"}),
        ("", {"stale": StalePolicy()}),
    ],
)
async def test_it_keeps_no_copy_of(fragment: HostileFragment, extra: str, own: dict[str, object]) -> None:
    fragment.answers("games", extra=extra)
    side = bench(fragment.url)
    outcome, _, _ = await side.fetch(**({"stale": FOR_AN_HOUR} | own))
    assert isinstance(outcome, Fresh)
    assert len(side.store) == 0


@pytest.mark.parametrize("status", ["403 No", "404 Gone", "410 Gone"])
async def test_it_shows_no_copy_of_what_the_fragment_took_back(fragment: HostileFragment, status: str) -> None:
    side = bench(fragment.url)
    await side.fetch(stale=FOR_AN_HOUR)
    fragment.answers("games", status=status)
    outcome, _, _ = await side.fetch(stale=FOR_AN_HOUR)
    assert isinstance(outcome, Unavailable)
    assert len(side.store) == 0


async def test_it_answers_a_shared_slot_from_its_fresh_copy_and_then_asks_whether_it_changed(
    fragment: HostileFragment,
) -> None:
    @fragment.conduct("games")
    async def _(c: Conversation) -> None:
        if 'if-none-match: "a"' in c.head.lower():
            await c.say('HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n')
        else:
            await c.answer(extra='Cache-Control: public, max-age=10\r\nETag: "a"\r\n')

    clock = ManualClock()
    side = bench(fragment.url, clock=clock)
    uses = []
    for pause_s in (0, 9, 2, 5, 6):
        clock.advance(pause_s)
        outcome, trail, _ = await side.fetch(is_shared=True, stale=FOR_AN_HOUR)
        assert isinstance(outcome, Fresh)
        assert outcome.value.html == GOOD.decode()
        uses.append(trail.cache)
    assert uses == ["stored", "hit", "revalidated", "hit", "revalidated"]
    assert len(fragment.heads) == 3


async def test_it_asks_once_for_all_who_want_a_shared_slot_at_the_same_moment(fragment: HostileFragment) -> None:
    gate = asyncio.Event()

    @fragment.conduct("games")
    async def _(c: Conversation) -> None:
        await gate.wait()
        await c.answer()

    side = bench(fragment.url)
    first = asyncio.ensure_future(side.fetch(is_shared=True))
    others = [asyncio.ensure_future(side.fetch(is_shared=True, player=f"p{n}")) for n in range(20)]
    await fragment.asked()
    first.cancel()  # the player whose call it was leaves; the others still get their panel
    gate.set()
    outcomes = [outcome for outcome, _, _ in await asyncio.gather(*others)]
    assert all(isinstance(outcome, Fresh) for outcome in outcomes)
    assert len(fragment.heads) == 1


async def test_it_does_not_share_personal_slots(fragment: HostileFragment) -> None:
    side = bench(fragment.url)
    await asyncio.gather(*(side.fetch(player=f"p{n}", session=f"s{n}") for n in range(5)))
    assert len(fragment.heads) == 5


async def test_it_counts_a_slow_shared_slot_against_the_fragment(fragment: HostileFragment) -> None:
    @fragment.conduct("games")
    async def _(c: Conversation) -> None:
        await asyncio.sleep(30)

    side = bench(fragment.url, rules=BreakerRules(calls_min=1))
    outcome, _, _ = await side.fetch(is_shared=True, timeout_ms=120)
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "timeout"
    assert side.breakers.get(BreakerKey(group="lobby", name="games")).state == "open"


async def test_it_keeps_nothing_of_a_session_that_has_ended(fragment: HostileFragment) -> None:
    side = bench(fragment.url)
    await side.fetch(stale=FOR_AN_HOUR)
    await side.fetch(stale=FOR_AN_HOUR, player="ben", session="ben-1")
    await side.fetch(stale=FOR_AN_HOUR)
    side.gateway.forget_session("ana-1")
    fragment.answers("games", status="500 Oh")
    ana, _, _ = await side.fetch(stale=FOR_AN_HOUR)
    ben, _, _ = await side.fetch(stale=FOR_AN_HOUR, player="ben", session="ben-1")
    assert isinstance(ana, Unavailable)
    assert isinstance(ben, Stale)
    passports = [line for head in fragment.heads for line in head.split("\r\n") if line.startswith("Authorization")]
    assert passports[0] == passports[2]
    assert passports[3] != passports[0]


async def test_it_lets_copies_go_when_another_version_is_deployed(fragment: HostileFragment, tmp_path: Path) -> None:
    side = bench(fragment.url)
    await side.fetch(stale=FOR_AN_HOUR)
    takeover = Takeover(
        book=ManifestBook(tmp_path),
        markup=MarkupPolicies(),
        upstreams=side.upstreams,
        breakers=side.breakers,
        store=side.store,
        recovery=cast("Recovery", None),
    )
    takeover.manifest_changed("wallet", is_first=False)
    assert len(side.store) == 1
    takeover.manifest_changed("lobby", is_first=False)
    assert len(side.store) == 0
