"""For any faults on any of the fragments, the panels of the others keep every byte of a floor without faults."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.shell.composition.floor import Floor, open_floor, state_of
from tests.shell.composition.stage import SLOTS
from tests.shell.hostile_conducts import CASES

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

FAULTS = st.dictionaries(st.sampled_from(sorted(SLOTS)), st.sampled_from(sorted(CASES)), min_size=1)
PAGES = st.sampled_from(["/", "/live", "/games", "/offers", "/wallet"])


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as running:
        yield running


@pytest.fixture(scope="module")
def floor(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    folder: pathlib.Path = tmp_path_factory.mktemp("floor")
    opening = open_floor(folder)
    yield runner.run(opening.__aenter__())
    runner.run(opening.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def well(runner: asyncio.Runner, floor: Floor) -> dict[str, dict[str, str]]:
    async def all_pages() -> dict[str, dict[str, str]]:
        pages = ("/", "/live", "/games", "/offers", "/wallet")
        return {page: await floor.panels(f"{page}?compose=inline") for page in pages}

    return runner.run(all_pages())


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(faults=FAULTS, page=PAGES)
def test_panels_outside_the_faults_keep_every_byte(
    runner: asyncio.Runner, floor: Floor, well: dict[str, dict[str, str]], faults: dict[str, str], page: str
) -> None:
    for fragment in SLOTS:
        floor.behave(fragment, CASES[faults[fragment]][1] if fragment in faults else None)
    panels = runner.run(floor.panels(f"{page}?compose=inline"))
    assert panels.keys() == well[page].keys()
    for name, html in panels.items():
        if name.partition(".")[0] in faults:
            assert state_of(html) == "unavailable"
        else:
            assert html == well[page][name]
