"""A copy that is fresh and everybody's is shown at once, and only as long as it is both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fragment_kit.resilience.clock import ManualClock
from tests.shell.composition.floor import Floor, open_floor
from tests.shell.composition.stage import SLOTS, Said, manifest_data

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.shell.hostile import Conversation

KEEPS_S = 60


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def floor(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Floor]:
    """Everything that is not the wallet's may be shared and kept."""
    async with open_floor(tmp_path, clock=clock) as opened:
        for fragment in SLOTS:
            if fragment != "wallet":
                opened.stage.accept(fragment, slots=shared_slots(fragment))
            opened.behave(fragment, keeps(fragment))
        yield opened


def shared_slots(fragment: str, **changes: Any) -> dict[str, Any]:
    return {name: {**slot, "auth": "none", **changes} for name, slot in manifest_data(fragment)["slots"].items()}


def keeps(fragment: str, says: str = "well") -> Any:
    async def conduct(c: Conversation) -> None:
        await c.answer(f"<p>{fragment} {says}</p>", extra=f"Cache-Control: public, max-age={KEEPS_S}\r\n")

    return conduct


async def page(floor: Floor) -> Said:
    return await floor.stage.ask("/")


def asked(floor: Floor) -> dict[str, int]:
    return {name: len(fragment.heads) for name, fragment in floor.fragments.items()}


async def test_it_shows_fresh_copies_in_one_piece_and_asks_nobody(floor: Floor) -> None:
    floor.stage.player = None
    first = await page(floor)
    before = asked(floor)
    second = await page(floor)
    assert asked(floor) == before
    assert second.text == first.text
    assert "lobby well" in second.text
    assert len(second.parts) == 1
    assert int(second.headers["content-length"]) == len(second.text.encode())


async def test_it_asks_for_the_players_own_panel_every_time(floor: Floor) -> None:
    await page(floor)
    before = asked(floor)
    floor.behave("wallet", keeps("wallet", "has changed"))
    said = await page(floor)
    assert "wallet has changed" in said.text
    after = asked(floor)
    assert {name for name in after if after[name] > before[name]} == {"wallet"}


async def test_it_asks_again_once_the_copy_is_old(floor: Floor, clock: ManualClock) -> None:
    await page(floor)
    floor.behave("lobby", keeps("lobby", "moved on"))
    clock.advance(KEEPS_S - 1)
    assert "lobby well" in (await page(floor)).text
    clock.advance(1)
    assert "lobby moved on" in (await page(floor)).text


async def test_it_forgets_what_the_store_has_dropped(floor: Floor) -> None:
    await page(floor)
    floor.behave("lobby", keeps("lobby", "moved on"))
    floor.store.purge(fragment="lobby")
    assert "lobby moved on" in (await page(floor)).text


async def test_it_draws_the_panel_anew_when_the_manifest_says_something_else(floor: Floor) -> None:
    await page(floor)
    floor.stage.accept("lobby", slots=shared_slots("lobby", title="Another title"))
    assert "Another title" in (await page(floor)).text


async def test_it_stops_sharing_when_the_manifest_says_so(floor: Floor) -> None:
    await page(floor)
    floor.stage.accept("lobby")
    before = asked(floor)["lobby"]
    await page(floor)
    assert asked(floor)["lobby"] == before + 2
