"""What a player sees on a floor where everything works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import sign_in

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Seat

pytestmark = pytest.mark.browser

PAGES = ("/", "/live", "/games", "/offers", "/wallet", "/status")
ORDER = "[...document.querySelectorAll('#board-daily li[id]')].map(row => row.id).join()"


def test_it_deals_every_panel_fresh_to_who_signs_in_with_no_complaint(open_page: OpenPage) -> None:
    seat = open_page("/signin", player=None)
    sign_in(seat.page, "chi")
    seat.wait_until_fresh()
    assert set(seat.states().values()) == {"fresh"}
    assert seat.complaints == []


def test_it_shows_the_balance_the_clock_and_the_session_on_every_page(open_page: OpenPage) -> None:
    seat = open_page("/")
    for path in PAGES:
        seat.page.goto(path)
        seat.wait_for_state("wallet.balance", "fresh")
        assert "1,000.00" in seat.page.locator("#panel-wallet-balance").inner_text()
        assert seat.page.locator("time[data-clock]").first.is_visible()
        assert seat.page.locator("time[data-session-elapsed]").first.is_visible()
        assert "Play money" in seat.page.locator("header").first.inner_text()
    assert seat.complaints == []


def test_it_moves_the_board_by_push_and_not_by_asking(open_page: OpenPage) -> None:
    seat = open_page("/")
    seat.wait_until_fresh("lobby.board")
    asked: list[str] = []
    seat.page.on("request", lambda request: asked.append(request.url))
    before = seat.page.evaluate(ORDER)
    seat.page.wait_for_function(f"order => ({ORDER}) !== order", arg=before, timeout=60_000)
    assert [url for url in asked if "/f/lobby/board" in url] == []
    assert seat.complaints == []


def test_it_keeps_the_players_focus_while_the_board_moves(open_page: OpenPage) -> None:
    seat = open_page("/")
    seat.wait_until_fresh("lobby.board")
    seat.page.locator("#panel-lobby-board a, #panel-lobby-board button").first.focus()
    held = seat.page.evaluate("document.activeElement.outerHTML")
    before = seat.page.locator("#board-daily").get_attribute("data-seq")
    seat.page.wait_for_function(
        "seq => document.getElementById('board-daily').dataset.seq !== seq", arg=before, timeout=30_000
    )
    assert seat.page.evaluate("document.activeElement.outerHTML") == held


def test_it_searches_the_games_without_leaving_the_page(open_page: OpenPage) -> None:
    seat = open_page("/games")
    seat.wait_until_fresh("lobby.games")
    seat.page.locator("#panel-lobby-games input[name=q]").fill("zzzz no such game")
    seat.page.wait_for_function(
        "() => document.querySelectorAll('#lobby-games-results li h3, #lobby-games-results li a').length === 0"
    )
    assert seat.page.locator("#panel-lobby-games input[name=q]").input_value() == "zzzz no such game"
    assert seat.complaints == []


def test_it_joins_an_offer_in_its_place(open_page: OpenPage) -> None:
    seat = open_page("/offers", player="ben")
    seat.wait_until_fresh("promotions.offers")
    seat.page.get_by_role("button", name="Join").first.click()
    seat.page.wait_for_selector("text=You have joined")
    assert seat.page.url.endswith("/offers")
    assert seat.complaints == []


def test_it_reads_as_plain_pages_without_scripts(open_page: OpenPage) -> None:
    seat = open_page("/?compose=inline", has_scripts=False)
    title = seat.page.locator("#panel-live-dealer-tables h2 a")
    title.click()
    assert seat.page.url.endswith("/f/live_dealer/tables")
    assert seat.page.locator("#panel-live-dealer-tables[data-state=fresh]").count() == 1
    assert seat.page.locator("header nav").first.is_visible()


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_it_never_scrolls_sideways(open_page: OpenPage, path: str, width: int) -> None:
    seat = open_page(path, width=width)
    _settled(seat)
    assert seat.page.evaluate("document.documentElement.scrollWidth") <= width


def _settled(seat: Seat) -> None:
    seat.page.wait_for_function("() => !document.querySelector('[data-panel][data-state=loading]')")
