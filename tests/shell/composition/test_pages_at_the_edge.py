"""A page's status and first byte never depend on a fragment; what is quick is inline, the rest follows by itself."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest

from fragment_kit.contract.outcome import Unavailable
from shell.composition.tickets import Tickets

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER = ("wallet.standing", "wallet.balance")
HOME = ("live_dealer.tables", "lobby.games", "lobby.board", "promotions.offers")


def states(html: str) -> dict[str, str]:
    return dict(re.findall(r'data-panel="([^"]+)"[^>]*?data-state="([^"]+)"', html))


async def test_it_inlines_the_panels_that_are_quick(signed_in: Any) -> None:
    said = await signed_in.ask("/")
    assert said.status == 200
    assert states(said.text) == dict.fromkeys((*HOME, *HEADER), "fresh")
    assert said.headers["cache-control"] == "no-store"


async def test_it_starts_every_fetch_at_once(stage: Any) -> None:
    for name in HOME:
        stage.gateway.held[name] = asyncio.Event()
    stage.gateway.waits_for = len(HOME)
    page = asyncio.create_task(stage.ask("/"))
    await stage.gateway.all_asked.wait()
    assert not page.done()
    for held in stage.gateway.held.values():
        held.set()
    assert set(states((await page).text).values()) == {"fresh"}


async def test_it_sends_the_head_before_any_fragment_has_answered(build_stage: Callable[..., Any]) -> None:
    stage = build_stage(budget_ms=5_000)
    stage.gateway.held["live_dealer.tables"] = asyncio.Event()
    said = await stage.beginning("/")
    assert said.status == 200
    assert "<head>" in said.parts[0]
    assert "</head>" in said.parts[0]
    assert "data-panel=" not in said.text
    stage.gateway.held["live_dealer.tables"].set()
    assert "data-panel=" in (await stage.pending[0]).text


async def test_it_leaves_an_include_for_a_panel_that_misses_the_budget(build_stage: Callable[..., Any]) -> None:
    stage = build_stage(budget_ms=5)
    stage.gateway.held["lobby.games"] = asyncio.Event()
    said = await stage.ask("/")
    assert states(said.text) == {**dict.fromkeys(HOME, "fresh"), "lobby.games": "loading"}
    assert 'aria-busy="true"' in said.text


async def test_it_hands_the_fetch_under_way_to_the_include(build_stage: Callable[..., Any]) -> None:
    stage = build_stage(budget_ms=1)
    stage.gateway.held["lobby.games"] = asyncio.Event()
    page = await stage.ask("/")
    url = re.findall(r'hx-get="(/f/lobby/games\?ticket=[^"]+)"', page.text)[0]
    include = asyncio.create_task(stage.ask(url, hx_request="true"))
    await asyncio.sleep(0)
    stage.gateway.held["lobby.games"].set()
    said = await include
    assert states(said.text) == {"lobby.games": "fresh"}
    assert [call.slot for call in stage.gateway.calls].count("games") == 1
    await stage.ask(url, hx_request="true")
    assert [call.slot for call in stage.gateway.calls].count("games") == 2


async def test_it_gives_nobody_elses_fetch_for_a_ticket(build_stage: Callable[..., Any], signed_in: Any) -> None:
    player, stage = signed_in.player, build_stage(budget_ms=1)
    stage.player = player
    stage.gateway.held["wallet.balance"] = asyncio.Event()
    page = await stage.ask("/")
    url = re.findall(r'hx-get="(/f/wallet/balance\?variant=bar&amp;ticket=[^"]+)"', page.text)[0].replace("&amp;", "&")
    stage.player = None
    said = await stage.ask(url, hx_request="true")
    assert states(said.text) == {"wallet.balance": "signed-out"}


async def test_it_lets_go_of_fetches_that_nobody_claims() -> None:
    tickets = Tickets(lifetime_s=0.0)
    forever: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    task = asyncio.ensure_future(forever)
    tickets.keep(_visit(), _place(), task)  # type: ignore[arg-type]
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(tickets) == 0


async def test_it_composes_only_includes_when_asked_and_asks_no_fragment(signed_in: Any) -> None:
    said = await signed_in.ask("/?compose=include")
    assert set(states(said.text).values()) == {"loading"}
    assert signed_in.gateway.calls == []


async def test_it_waits_for_every_panel_when_asked_to_inline(build_stage: Callable[..., Any]) -> None:
    stage = build_stage(budget_ms=1)
    held = stage.gateway.held["lobby.games"] = asyncio.Event()
    page = asyncio.create_task(stage.ask("/?compose=inline"))
    asyncio.get_running_loop().call_later(0.05, held.set)
    assert set(states((await page).text).values()) == {"fresh"}


async def test_it_answers_200_when_every_fragment_is_away(signed_in: Any) -> None:
    for name in (*HOME, *HEADER):
        signed_in.gateway.answers[name] = Unavailable("connection_refused")
    said = await signed_in.ask("/")
    assert said.status == 200
    assert set(states(said.text).values()) == {"unavailable"}
    assert "</html>" in said.text


async def test_it_changes_no_other_panels_bytes_when_one_is_away(stage: Any) -> None:
    before = (await stage.ask("/")).text
    stage.gateway.answers["lobby.games"] = Unavailable("timeout")
    after = (await stage.ask("/")).text
    cut = re.compile(r'<section id="panel-lobby-games".*?</section>', re.DOTALL)
    assert before != after
    assert cut.sub("", before) == cut.sub("", after)


async def test_it_gives_the_pages_query_to_the_one_panel_that_reads_it(signed_in: Any) -> None:
    await signed_in.ask("/games?q=ace&compose=inline")
    asked = {call.slot: call.path for call in signed_in.gateway.calls}
    assert asked == {"games": "/slots/games?q=ace", "balance": "/slots/balance", "standing": "/slots/standing"}


async def test_it_serves_two_players_from_one_rendering_without_mixing_them(signed_in: Any) -> None:
    first = (await signed_in.ask("/")).text
    assert "Ana &lt;b&gt;" in first
    signed_in.player = type(signed_in.player)(
        player="ben", session_hash="b", display_name="Ben", started_at=signed_in.player.started_at
    )
    second = (await signed_in.ask("/")).text
    assert "Ben" in second
    assert "Ana" not in second
    signed_in.player = None
    third = (await signed_in.ask("/")).text
    assert "Ben" not in third
    assert 'href="/signin"' in third
    assert "/signout" not in third


async def test_it_puts_the_fragments_stylesheets_into_the_head_and_follows_their_change(stage: Any) -> None:
    name = next(name for fragment, name in stage.book.stylesheets() if fragment == "lobby")
    assert f'href="/assets/lobby/{name}"' in (await stage.ask("/")).text.partition("</head>")[0]
    stage.accept("lobby", css=b"b{}")
    after = (await stage.ask("/")).text.partition("</head>")[0]
    assert f'href="/assets/lobby/{name}"' not in after
    assert after.count('href="/assets/lobby/') == 1


async def test_it_lets_a_manifest_open_pages_for_media_of_named_sites_and_for_nothing_else(stage: Any) -> None:
    csp = {
        "media-src": ["https://video.example", "https://x.example; script-src *", "*"],
        "script-src": ["https://evil.example"],
    }
    stage.accept("lobby", csp=csp)
    policy = (await stage.ask("/")).headers["content-security-policy"]
    assert "media-src 'self' https://video.example;" in f"{policy};"
    assert "evil" not in policy
    assert "x.example" not in policy


@pytest.mark.parametrize("path", ["/live", "/live/", "/games", "/offers", "/wallet/"])
async def test_it_serves_each_page_with_or_without_a_slash(stage: Any, path: str) -> None:
    assert (await stage.ask(path)).status == 200


async def test_it_answers_a_head_without_asking_any_fragment(stage: Any) -> None:
    said = await stage.ask("/", method="HEAD")
    assert (said.status, said.text) == (200, "")
    assert stage.gateway.calls == []


async def test_it_takes_no_form_at_a_page(stage: Any) -> None:
    said = await stage.ask("/", method="POST")
    assert (said.status, said.headers["allow"]) == (405, "GET, HEAD")


def _visit() -> Any:
    from shell.composition.visits import visit_of

    scope: Any = {"headers": [], "query_string": b"", "method": "GET", "path": "/"}
    return visit_of(scope, None)


def _place() -> Any:
    from shell.composition.panels import Place

    return Place(fragment="lobby", slot="games")
