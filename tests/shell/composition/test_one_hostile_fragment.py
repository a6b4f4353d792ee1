"""Whatever one fragment does on the wire, the page is there, only its panels differ, and a header says why."""

from __future__ import annotations

import asyncio
import itertools
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fragment_kit.resilience.breaker_rules import BreakerRules
from shell.gateway.proof import PROXY_ERRORS
from tests.shell.composition.floor import Floor, open_floor, state_of
from tests.shell.hostile import GOOD, Conversation
from tests.shell.hostile_conducts import CASES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DEADLINE_MS = 400
LEEWAY_MS = 50
OTHERS = ("wallet.balance", "live_dealer.tables", "promotions.offers")
PAGE = 4096


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    async with open_floor(tmp_path) as opened:
        yield opened


async def timed(floor: Floor, name: str) -> tuple[Any, float]:
    began_s = time.monotonic()
    said = await floor.stage.panel(name)
    return said, (time.monotonic() - began_s) * 1000


@pytest.mark.parametrize("name", sorted(CASES))
async def test_only_its_own_panels_differ_and_the_header_names_the_cause(floor: Floor, name: str) -> None:
    reason, conduct = CASES[name]
    before = await floor.panels("/?compose=inline")
    floor.behave("lobby", conduct)
    asked = [timed(floor, "lobby.games"), *(timed(floor, other) for other in OTHERS)]
    (panel, took_ms), *others = await asyncio.gather(*asked)
    assert (panel.status, panel.headers["panel-state"]) == (200, f"unavailable; reason={reason}")
    assert f"error={PROXY_ERRORS[reason]}" in panel.headers["proxy-status"]
    assert took_ms < DEADLINE_MS + LEEWAY_MS
    assert all(other.headers["panel-state"] == "fresh" for other, _ in others)
    assert max(ms for _, ms in others) < DEADLINE_MS / 2
    after = await floor.panels("/")  # with the budget: a slow one becomes an include, the rest is there
    assert {panel for panel in after if not panel.startswith("lobby.")} == set(before) - {"lobby.games", "lobby.board"}
    assert {panel: html for panel, html in after.items() if html != before[panel]}.keys() <= {
        "lobby.games",
        "lobby.board",
    }


async def test_a_fragment_that_flaps_is_asked_less_and_nobody_else_notices(tmp_path: Path) -> None:
    async with open_floor(tmp_path, rules=BreakerRules(calls_min=4, jitter_part=0)) as floor:
        before = await floor.panels("/?compose=inline")
        turn = itertools.count()

        async def flaps(c: Conversation) -> None:
            await (c.answer(GOOD) if next(turn) % 4 == 0 else c.answer(GOOD, status="503 Away"))

        floor.behave("lobby", flaps)
        for _ in range(40):
            panels = await floor.panels("/?compose=inline")
            assert {state_of(panels[name]) for name in ("lobby.games", "lobby.board")} <= {"fresh", "unavailable"}
            assert all(panels[name] == before[name] for name in OTHERS)
        assert next(turn) < 30


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


async def test_huge_answers_never_fill_the_memory(floor: Floor) -> None:
    huge = ("announces_fifty_megabytes", "streams_without_end", "sends_a_bomb", "sends_a_huge_header")
    for name in huge:
        floor.behave("lobby", CASES[name][1])
        await floor.stage.panel("lobby.games")
    before = resident_bytes()
    for name in huge * 5:
        floor.behave("lobby", CASES[name][1])
        await asyncio.gather(*(floor.stage.panel("lobby.games") for _ in range(4)))
    assert resident_bytes() - before < 20 * 2**20
