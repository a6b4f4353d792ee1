"""A slot that comes back is announced to every page, once, whoever noticed it first."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import httpx
import pytest

from fragment_kit.resilience.breaker_board import BreakerChange, BreakerKey
from fragment_kit.resilience.clock import ManualClock
from shell.composition.panels import PanelView, Place
from shell.registry.entries import read_registry
from shell.upkeep.recovery import Recovery

REGISTRY = read_registry(
    '[fragments.wallet]\nurl = "http://wallet.test"\n[fragments.lobby]\nurl = "http://lobby.test"\n', source="test"
)


@dataclass
class Floor:
    """Fragments by host with what their /readyz says; None is a fragment that is away."""

    ready: dict[str, Any] = field(default_factory=dict)
    told: list[tuple[tuple[str, ...], int]] = field(default_factory=list)
    probed: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    clock: ManualClock = field(default_factory=ManualClock)

    def recovery(self) -> Recovery:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        return Recovery(client, registry=lambda: REGISTRY, breakers=self, announce=self._announce, clock=self.clock)

    def allow_probe_now(self, group: str) -> None:
        self.probed.append(group)

    async def _announce(self, slots: Any, spread_ms: int) -> None:
        self.told.append((tuple(slots), spread_ms))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.host)
        answer = self.ready.get(request.url.host.removesuffix(".test"))
        if answer is None:
            raise httpx.ConnectError("refused on purpose")
        return httpx.Response(200 if answer.get("status") == "ok" else 503, json=answer)


@pytest.fixture
def floor() -> Floor:
    return Floor()


def view(name: str, state: Any, feed: str = "", reason: str = "") -> PanelView:
    fragment, slot = name.split(".")
    return PanelView(place=Place(fragment=fragment, slot=slot), title=slot, state=state, feed=feed, reason=reason)


async def test_it_asks_nobody_while_everything_is_fresh(floor: Floor) -> None:
    recovery = floor.recovery()
    recovery.observe(view("wallet.balance", "fresh"))
    assert await recovery.look() == ()
    assert floor.asked == []


async def test_it_announces_every_slot_of_a_fragment_that_answers_again(floor: Floor) -> None:
    recovery = floor.recovery()
    recovery.observe(view("wallet.balance", "unavailable"))
    recovery.observe(view("wallet.history", "stale"))
    assert await recovery.look() == ()
    assert set(recovery.away) == {"wallet.balance", "wallet.history"}
    floor.ready["wallet"] = {"status": "ok"}
    await recovery.look()
    assert floor.told == [(("wallet.balance", "wallet.history"), 3_000)]
    assert floor.probed == ["wallet"]
    assert floor.asked == ["wallet.test", "wallet.test"]
    assert recovery.away == ()


async def test_it_waits_for_the_very_feed_that_a_degraded_panel_named(floor: Floor) -> None:
    recovery = floor.recovery()
    recovery.observe(view("wallet.balance", "degraded", "payments"))
    checks = {"feed:payments": {"ok": False}, "feed:other": {"ok": True}}
    floor.ready["wallet"] = {"status": "degraded", "checks": checks}
    assert await recovery.look() == ()
    assert recovery.degraded == ("wallet.balance",)
    checks["feed:payments"] = {"ok": True}
    assert await recovery.look() == ("wallet.balance",)


async def test_it_does_not_believe_a_fragment_that_says_it_is_down(floor: Floor) -> None:
    recovery = floor.recovery()
    recovery.observe(view("wallet.balance", "unavailable"))
    floor.ready["wallet"] = {"status": "down", "checks": {}}
    assert await recovery.look() == ()


async def test_it_tells_the_others_when_one_players_own_retry_worked(floor: Floor) -> None:
    recovery = floor.recovery()
    recovery.observe(view("wallet.balance", "degraded", "payments"))
    recovery.observe(view("wallet.balance", "fresh"))
    floor.ready["wallet"] = {"status": "ok"}
    assert await recovery.look() == ("wallet.balance",)


async def test_it_says_at_once_that_a_panel_came_out_of_an_outage(floor: Floor) -> None:
    well: list[str] = []
    client = httpx.AsyncClient(transport=httpx.MockTransport(floor._answer))
    recovery = Recovery(
        client, registry=lambda: REGISTRY, breakers=floor, announce=floor._announce, seen_well=well.append
    )
    recovery.observe(view("wallet.balance", "fresh"))
    recovery.observe(view("wallet.balance", "unavailable"))
    recovery.observe(view("wallet.balance", "fresh"))
    assert well == ["wallet"]


async def test_it_announces_a_relapsing_slot_less_and_less_often(floor: Floor) -> None:
    recovery = floor.recovery()
    floor.ready["wallet"] = {"status": "ok"}
    announced_at = []
    for second in range(120):
        recovery.observe(view("wallet.balance", "unavailable"))
        if await recovery.look():
            announced_at.append(second)
        floor.clock.advance(1)
    gaps = [later - sooner for sooner, later in pairwise(announced_at)]
    assert gaps == sorted(gaps)
    assert len(announced_at) <= 7


async def test_it_announces_a_fragment_that_shows_itself_for_the_first_time(floor: Floor) -> None:
    recovery = floor.recovery()
    recovery.expect("lobby", ("games", "board"))
    assert recovery.away == ()
    floor.ready["lobby"] = {"status": "ok"}
    assert await recovery.look() == ("lobby.games", "lobby.board")


@pytest.mark.parametrize("body", [[], "ok", {"status": "ok", "checks": []}])
async def test_it_survives_a_readiness_answer_of_the_wrong_shape(floor: Floor, body: Any) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=body)

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    recovery = Recovery(client, registry=lambda: REGISTRY, breakers=floor, announce=floor._announce)
    recovery.observe(view("wallet.balance", "degraded", "payments"))
    assert await recovery.look() == ()


async def test_it_takes_the_word_of_the_first_fresh_panel_when_a_degraded_one_named_no_feed(floor: Floor) -> None:
    recovery = floor.recovery()
    floor.ready["lobby"] = {"status": "ok"}
    recovery.observe(view("lobby.board", "degraded"))
    assert await recovery.look() == ()
    assert floor.told == []
    recovery.observe(view("lobby.board", "fresh"))
    assert await recovery.look() == ("lobby.board",)


def closed(slot: str, partition: str = "") -> BreakerChange:
    key = BreakerKey(group="wallet", name=slot, partition=partition)
    return BreakerChange(key=key, before="half_open", after="closed")


async def test_it_announces_a_slot_whose_breaker_has_closed_whatever_its_fragment_says(floor: Floor) -> None:
    recovery = floor.recovery()
    recovery.observe(view("wallet.balance", "unavailable", reason="timeout"))
    recovery.breaker_changed(closed("balance", partition="a.rehearsal"))
    recovery.breaker_changed(closed("history"))
    assert await recovery.look() == ()
    recovery.breaker_changed(closed("balance"))
    assert await recovery.look() == ("wallet.balance",)
    assert await recovery.look() == ()


async def test_it_does_not_call_everybody_again_for_a_page_that_came_before_the_probes_were_through(
    floor: Floor,
) -> None:
    recovery = floor.recovery()
    floor.ready["wallet"] = {"status": "ok"}
    recovery.observe(view("wallet.balance", "unavailable", reason="timeout"))
    await recovery.look()
    recovery.observe(view("wallet.balance", "unavailable", reason="breaker_open"))
    floor.clock.advance(60)
    await recovery.look()
    assert len(floor.told) == 1
    recovery.observe(view("wallet.balance", "unavailable", reason="timeout"))
    await recovery.look()
    assert len(floor.told) == 2
