"""The slot `games` in every state that its feed can put it in, and for everything a player may ask."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from fragments.lobby.slots import DESK
from fragments.lobby.tests.shelves import game

if TYPE_CHECKING:
    from fragment_kit.testing.fake_feed import FakeFeed
    from fragment_kit.testing.shell import FakeShell
    from fragments.lobby.tests.shelves import Provider

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _three_games(provider: Provider) -> None:
    provider.put(
        game("silver-owl", popularity=50),
        game("café-à-la-carte".replace("é", "e").replace("à", "a"), name="Café à la Carte", category="cards"),
        game("lucky-wheel", category="roulette", popularity=900),
    )


async def ask(shell: FakeShell, path: str = "/slots/games") -> tuple[str, str]:
    response = await shell.get(path)
    assert response.status_code == 200
    return response.headers["Fragment-State"], response.content.decode()


async def test_it_shows_the_games_that_the_feed_lists_popular_ones_first(shell: FakeShell, feed: FakeFeed) -> None:
    state, html = await ask(shell)
    assert state == "fresh"
    assert html.index("Lucky Wheel") < html.index("Café à la Carte") < html.index("Silver Owl")
    assert "0.10–100.00" in html
    assert "96.00 / 94.00 %" in html


async def test_it_asks_only_for_what_has_changed(shell: FakeShell, feed: FakeFeed, provider: Provider) -> None:
    await ask(shell)
    provider.put(game("new-arrival"))
    provider.remove("silver-owl")
    _, html = await ask(shell)
    assert [request.url.params["since"] for request in feed.requests] == ["0", "3"]
    assert "New Arrival" in html
    assert "Silver Owl" not in html


@pytest.mark.parametrize("mode", ["down", "refuse", "nonsense", "hang"])
async def test_it_shows_the_same_games_and_says_so_when_the_feed_is_away(
    shell: FakeShell, feed: FakeFeed, mode: str
) -> None:
    _, before = await ask(shell)
    feed.mode = mode  # type: ignore[assignment]
    state, html = await ask(shell)
    assert state.startswith("degraded; feed=catalogue; as-of=20")
    assert "are not arriving right now" in html
    assert before[before.index('id="lobby-games-results"') :] == html[html.index('id="lobby-games-results"') :]


async def test_it_heals_with_the_feed(shell: FakeShell, feed: FakeFeed) -> None:
    feed.mode = "down"
    assert (await ask(shell))[0] == "degraded; feed=catalogue"
    feed.mode = "up"
    state, html = await ask(shell)
    assert state == "fresh"
    assert "Silver Owl" in html


async def test_it_has_words_when_there_never_was_a_copy(shell: FakeShell, feed: FakeFeed) -> None:
    feed.mode = "refuse"
    _, html = await ask(shell)
    assert "We can't list the games right now" in html


async def test_it_says_that_the_list_is_not_whole_yet(shell: FakeShell, feed: FakeFeed, provider: Provider) -> None:
    provider.put(*(game(f"game-{number}") for number in range(200)))
    assert "still being filled" in (await ask(shell))[1]
    assert "still being filled" not in (await ask(shell))[1]


async def test_it_answers_within_the_feeds_time_when_the_feed_hangs(shell: FakeShell, feed: FakeFeed) -> None:
    feed.mode = "hang"
    started_s = time.monotonic()
    await ask(shell)
    assert time.monotonic() - started_s < 0.55


async def test_it_does_not_make_players_wait_for_another_writer(
    shell: FakeShell, feed: FakeFeed, provider: Provider
) -> None:
    await ask(shell)
    provider.put(game("new-arrival"))
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        started_s = time.monotonic()
        state, html = await ask(shell)
        assert time.monotonic() - started_s < 0.5
        assert state == "fresh"
        assert "Silver Owl" in html
        other.execute("ROLLBACK")
    await asyncio.wait_for(DESK.settled(), 2)
    assert "New Arrival" in (await ask(shell))[1]


async def test_it_finds_games_by_the_beginnings_of_words(shell: FakeShell, feed: FakeFeed) -> None:
    for query, found in (
        ("owl", "Silver Owl"),
        ("SIL ow", "Silver Owl"),
        ("cafe", "Café à la Carte"),
        ("dams", "Lucky"),
    ):
        assert found in (await ask(shell, f"/slots/games?q={query}"))[1], query
    assert "Silver Owl" not in (await ask(shell, "/slots/games?q=lver"))[1]


async def test_it_says_in_words_that_nothing_is_called_so(shell: FakeShell, feed: FakeFeed) -> None:
    _, html = await ask(shell, "/slots/games?q=%3Cb%3Ezebra&category=cards")
    assert "No game is called “&lt;b&gt;zebra” under Cards" in html
    assert "<b>" not in html


async def test_it_shows_one_category_and_marks_its_chip(shell: FakeShell, feed: FakeFeed) -> None:
    _, html = await ask(shell, "/slots/games?category=roulette")
    assert "Lucky Wheel" in html
    assert "Silver Owl" not in html
    chip = html[html.index('id="lobby-chip-roulette"') :]
    assert chip[: chip.index(">")].count("aria-current") == 1


@pytest.mark.parametrize("query", ["after=nonsense", "after=1.", "category=%27--", "q=%00%00", "q=" + "x" * 5_000])
async def test_it_makes_the_best_of_a_query_that_makes_no_sense(shell: FakeShell, feed: FakeFeed, query: str) -> None:
    assert (await ask(shell, f"/slots/games?{query}"))[0] == "fresh"


async def test_it_keeps_every_link_and_id_under_its_own_mount(shell: FakeShell, feed: FakeFeed) -> None:
    _, html = await ask(shell, "/slots/games?q=o")
    for attribute in ("href=", "hx-get=", "action="):
        found = [part.split('"')[1] for part in html.split(attribute)[1:]]
        assert found
        assert all(url.startswith("/f/lobby/games") for url in found)
    assert all(part.startswith("lobby-") for part in html.split(' id="')[1:])


async def test_it_keeps_the_search_field_outside_of_what_a_search_swaps(shell: FakeShell, feed: FakeFeed) -> None:
    _, html = await ask(shell)
    assert html.index('id="lobby-games-q"') < html.index('id="lobby-games-results"')
    assert 'hx-select="#lobby-games-results"' in html


async def test_it_may_be_shared_but_not_kept(shell: FakeShell, feed: FakeFeed) -> None:
    assert (await shell.get("/slots/games")).headers["Cache-Control"] == "public, max-age=0"


@pytest.mark.parametrize("path", ["/slots/nothing", "/slots/games/owl", "/elsewhere"])
async def test_it_does_not_know_other_addresses(shell: FakeShell, path: str) -> None:
    assert (await shell.get(path)).status_code == 404
