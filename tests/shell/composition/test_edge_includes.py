"""A trusted edge that speaks ESI gets includes in place of panels, and no player's panel leaks by that."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest

from shell.gateway.markup import MarkupPolicies
from tests.shell.composition.floor import Floor, open_floor
from tests.shell.composition.stage import ANA

if TYPE_CHECKING:
    import pathlib
    from collections.abc import AsyncIterator, Callable

    from tests.shell.hostile import Conversation

EDGE = {"surrogate_capability": 'varnish="Surrogate/1.0 ESI/1.0"'}
INCLUDE = re.compile(r'<esi:include src="([^"]+)"/>')


@pytest.fixture
def trusting(build_stage: Callable[..., Any]) -> Any:
    stage = build_stage(trusts_edge=True)
    stage.player = ANA
    return stage


async def test_it_names_every_panel_of_the_page_and_asks_no_fragment(trusting: Any) -> None:
    said = await trusting.ask("/games?q=ace", **EDGE)
    assert said.status == 200
    assert said.headers["surrogate-control"] == 'content="ESI/1.0"'
    assert said.headers["cache-control"] == "no-store"
    assert "data-panel" not in said.text
    urls = [url.replace("&amp;", "&") for url in INCLUDE.findall(said.text)]
    assert "/f/lobby/games?q=ace&compose=esi" in urls
    assert "/f/wallet/balance?variant=bar&compose=esi" in urls
    assert trusting.gateway.calls == []


async def test_its_includes_lead_to_the_very_panels_of_the_page(trusting: Any) -> None:
    page = await trusting.ask("/", **EDGE)
    plain = await trusting.ask("/")
    for url in INCLUDE.findall(page.text):
        panel = await trusting.ask(url.replace("&amp;", "&"), **EDGE)
        assert panel.text in plain.text
        assert panel.headers["panel-state"] == "fresh"
        assert panel.headers["surrogate-control"] == "no-store"


@pytest.mark.parametrize("said", ["", "ESI/1.1", 'varnish="Surrogate/1.0"', "ESI/1.0"])
async def test_it_composes_by_itself_for_whoever_does_not_say_so(trusting: Any, said: str) -> None:
    answer = await trusting.ask("/", surrogate_capability=said)
    assert "<esi:" not in answer.text
    assert "surrogate-control" not in answer.headers


async def test_it_composes_by_itself_when_the_operator_trusts_no_edge(signed_in: Any) -> None:
    page = await signed_in.ask("/", **EDGE)
    panel = await signed_in.ask("/f/lobby/games?compose=esi-shared", **EDGE)
    assert "<esi:" not in page.text
    assert "<html" in panel.text
    assert "surrogate-control" not in panel.headers


async def test_a_player_who_asks_for_another_way_gets_it(trusting: Any) -> None:
    for way in ("include", "inline"):
        assert "<esi:" not in (await trusting.ask(f"/?compose={way}", **EDGE)).text


async def test_it_leaves_a_skeleton_that_takes_the_fetch_over_when_a_panel_is_late(
    build_stage: Callable[..., Any],
) -> None:
    stage = build_stage(trusts_edge=True, budget_ms=10)
    stage.gateway.held["lobby.games"] = asyncio.Event()
    late = await stage.ask("/f/lobby/games?compose=esi", **EDGE)
    assert 'data-state="loading"' in late.text
    stage.gateway.held["lobby.games"].set()
    url = re.search(r'hx-get="([^"]+)"', late.text)[1].replace("&amp;", "&")
    panel = await stage.ask(url, hx_request="true")
    assert panel.headers["panel-state"] == "fresh"
    assert len(stage.gateway.calls) == 1


@pytest.fixture
async def floor(tmp_path: pathlib.Path) -> AsyncIterator[Floor]:
    async with open_floor(tmp_path, trusts_edge=True) as opened:
        yield opened


async def test_only_a_fresh_shared_panel_without_a_player_may_be_kept(floor: Floor) -> None:
    async def shared(c: Conversation) -> None:
        await c.answer(extra="Cache-Control: public, max-age=30\r\n")

    floor.behave("lobby", shared)
    games = {"path": "/slots/games", "title": "Games", "timeout_ms": 400, "auth": "none", "fallback": "<p>x</p>"}
    board = {"path": "/slots/board", "title": "Board", "timeout_ms": 400, "auth": "optional", "fallback": "<p>x</p>"}
    floor.stage.accept("lobby", slots={"games": games, "board": board})
    page = await floor.stage.ask("/", **EDGE)
    assert "/f/lobby/games?compose=esi-shared" in page.text
    assert "/f/lobby/board?compose=esi-shared" not in page.text

    async def kept(url: str) -> str:
        return (await floor.stage.ask(url, **EDGE)).headers["surrogate-control"]

    assert await kept("/f/lobby/games?compose=esi-shared") == "no-store"  # Ana's cookie came along
    floor.stage.player = None
    assert await kept("/f/lobby/games?compose=esi-shared") in {"max-age=29", "max-age=30"}
    assert await kept("/f/lobby/games?compose=esi") == "no-store"
    assert await kept("/f/lobby/board?compose=esi-shared") == "no-store"
    floor.behave("lobby", None)
    assert await kept("/f/lobby/games?compose=esi-shared&q=2") == "no-store"


def test_a_fragment_cannot_write_an_include() -> None:
    clean = MarkupPolicies().clean("lobby", b'<div>a<esi:include src="/f/wallet/balance"/><!--esi <b>x</b> --></div>')
    assert "esi" not in clean
