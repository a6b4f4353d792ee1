"""A fragment or feed that goes is told to every open page, once, and not again while it flaps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from fragment_kit.resilience.clock import ManualClock
from shell.registry.entries import read_registry
from shell.upkeep.vigil import QUIET_S, Vigil

REGISTRY = read_registry(
    '[fragments.wallet]\nurl = "http://wallet.test"\n[fragments.lobby]\nurl = "http://lobby.test"\n', source="test"
)
SLOTS = {"wallet": ("balance", "history"), "lobby": ("games",)}
WELL = {"status": "ok", "checks": {"database": {"ok": True}, "feed:payments": {"ok": True}}}
SILENT_FEED = {"status": "degraded", "checks": {"database": {"ok": True}, "feed:payments": {"ok": False}}}


@dataclass
class Floor:
    """Fragments by name with what their /readyz says; None is a fragment that is away."""

    ready: dict[str, Any] = field(default_factory=lambda: {"wallet": WELL, "lobby": WELL})
    told: list[tuple[str, ...]] = field(default_factory=list)
    clock: ManualClock = field(default_factory=ManualClock)

    def vigil(self) -> Vigil:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        return Vigil(
            client,
            registry=lambda: REGISTRY,
            slots_of=lambda name: SLOTS[name],
            announce=self._announce,
            clock=self.clock,
        )

    async def _announce(self, slots: Any, _spread_ms: int) -> None:
        self.told.append(tuple(slots))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = self.ready[request.url.host.removesuffix(".test")]
        if answer is None:
            raise httpx.ConnectError("refused on purpose")
        return httpx.Response(200, json=answer)


@pytest.fixture
def floor() -> Floor:
    return Floor()


async def test_it_says_nothing_while_all_is_well(floor: Floor) -> None:
    vigil = floor.vigil()
    await vigil.look()
    await vigil.look()
    assert floor.told == []


@pytest.mark.parametrize("trouble", [None, SILENT_FEED, {"status": "down"}])
async def test_it_tells_the_pages_of_that_fragment_once(floor: Floor, trouble: dict[str, Any] | None) -> None:
    vigil = floor.vigil()
    await vigil.look()
    floor.ready["wallet"] = trouble
    assert await vigil.look() == ("wallet.balance", "wallet.history")
    assert await vigil.look() == ()
    assert floor.told == [("wallet.balance", "wallet.history")]


async def test_it_tells_again_when_something_else_breaks(floor: Floor) -> None:
    vigil = floor.vigil()
    floor.ready["wallet"] = SILENT_FEED
    await vigil.look()
    floor.clock.advance(QUIET_S)
    floor.ready["wallet"] = None
    assert await vigil.look() == ("wallet.balance", "wallet.history")


async def test_it_tells_later_what_it_kept_to_itself_while_quiet(floor: Floor) -> None:
    vigil = floor.vigil()
    for trouble in (None, WELL, None):
        floor.ready["wallet"] = trouble
        await vigil.look()
    assert len(floor.told) == 1
    floor.clock.advance(QUIET_S)
    await vigil.look()
    assert len(floor.told) == 2


async def test_it_tells_again_after_a_peace_too_short_to_be_seen(floor: Floor) -> None:
    vigil = floor.vigil()
    floor.ready["wallet"] = None
    await vigil.look()
    vigil.forget("wallet")
    floor.clock.advance(QUIET_S)
    await vigil.look()
    assert len(floor.told) == 2


async def test_it_does_not_pass_on_every_flap(floor: Floor) -> None:
    vigil = floor.vigil()
    for _ in range(3):
        floor.ready["wallet"] = None
        await vigil.look()
        floor.ready["wallet"] = WELL
        await vigil.look()
        floor.clock.advance(1)
    assert len(floor.told) == 1
