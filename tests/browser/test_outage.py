"""What a player sees when something breaks under an open page, and when it comes back: no reload either way."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage
    from tests.stack import Stack

pytestmark = pytest.mark.browser

NOT_FRESH = ("stale", "degraded", "unavailable")
TECHNICAL = re.compile(r"\b(error|exception|timeout|refused|upstream|gateway|breaker)\b", re.IGNORECASE)
FROZEN = {"wallet": "wallet.balance", "promotions": "promotions.offers", "lobby": "lobby.games"}
SILENT = {"tables": "live_dealer.tables", "offers": "promotions.offers"}


@pytest.mark.parametrize("fragment", sorted(FROZEN))
def test_it_heals_an_open_page_after_a_fragment_came_back(open_page: OpenPage, stack: Stack, fragment: str) -> None:
    seat, panel = open_page("/"), FROZEN[fragment]
    seat.wait_until_fresh()
    seat.page.evaluate("window.sameDocument = true")
    stack.kill(fragment, signal.SIGSTOP)
    try:
        seat.wait_for_state(panel, *NOT_FRESH)
        others = {name: state for name, state in seat.states().items() if not name.startswith(fragment)}
        assert set(others.values()) == {"fresh"}
        words = seat.page.locator(f'[data-panel="{panel}"]').inner_text()
        assert not TECHNICAL.search(words), words
    finally:
        stack.kill(fragment, signal.SIGCONT)
    seat.wait_until_fresh(panel, limit_s=10)
    assert seat.page.evaluate("window.sameDocument") is True
    assert seat.complaints == []


@pytest.mark.parametrize("feed", sorted(SILENT))
def test_it_heals_an_open_page_after_a_feed_came_back(open_page: OpenPage, stack: Stack, feed: str) -> None:
    seat, panel = open_page("/"), SILENT[feed]
    seat.wait_until_fresh()
    seat.page.evaluate("window.sameDocument = true")
    stack.feed(feed, "hang")
    try:
        seat.wait_for_state(panel, *NOT_FRESH)
    finally:
        stack.feed(feed, "up")
    seat.wait_until_fresh(panel, limit_s=10)
    assert seat.page.evaluate("window.sameDocument") is True
    assert seat.complaints == []


def test_it_says_the_balance_is_not_there_rather_than_an_old_one(open_page: OpenPage, stack: Stack) -> None:
    seat = open_page("/")
    seat.wait_until_fresh("wallet.balance")
    stack.kill("wallet", signal.SIGSTOP)
    try:
        seat.wait_for_state("wallet.balance", "unavailable")
        assert "1,000.00" not in seat.page.locator("#panel-wallet-balance").inner_text()
    finally:
        stack.kill("wallet", signal.SIGCONT)
    seat.wait_until_fresh("wallet.balance", limit_s=10)


def test_it_keeps_the_board_moving_while_another_fragment_is_dead(open_page: OpenPage, stack: Stack) -> None:
    seat = open_page("/")
    seat.wait_until_fresh("lobby.board")
    stack.kill("promotions", signal.SIGSTOP)
    try:
        before = seat.page.locator("#board-daily").get_attribute("data-seq")
        seat.page.wait_for_function(
            "seq => Number(document.getElementById('board-daily').dataset.seq) > Number(seq) + 2", arg=before
        )
    finally:
        stack.kill("promotions", signal.SIGCONT)
    seat.wait_until_fresh("promotions.offers")


def test_it_asks_once_more_when_news_comes_while_it_is_asking(open_page: OpenPage, stack: Stack) -> None:
    seat = open_page("/")
    seat.wait_until_fresh("promotions.offers")
    asked: list[str] = []
    seat.page.on(
        "request", lambda request: asked.append(request.url) if "/f/promotions/offers" in request.url else None
    )
    stack.kill("promotions", signal.SIGSTOP)
    try:
        seat.page.evaluate(
            "() => { const panel = document.getElementById('panel-promotions-offers');"
            " for (let i = 0; i < 3; i++) htmx.trigger(panel, 'panel:refresh'); }"
        )
        seat.wait_for_state("promotions.offers", *NOT_FRESH)
    finally:
        stack.kill("promotions", signal.SIGCONT)
    seat.wait_until_fresh("promotions.offers", limit_s=10)
    assert len(asked) >= 2
    assert seat.complaints == []


def test_it_never_shows_an_older_board_than_it_has_shown(open_page: OpenPage, stack: Stack) -> None:
    seat = open_page("/")
    seat.wait_until_fresh("lobby.board")
    seq = "Number(document.getElementById('board-daily').dataset.seq)"
    before = seat.page.evaluate(seq)
    seat.page.wait_for_function(f"before => {seq} > before + 3", arg=before, timeout=30_000)
    stack.kill("lobby", signal.SIGSTOP)
    try:
        shown = seat.page.evaluate(seq)
        seat.wait_for_state("lobby.board", "stale", "unavailable")
        if seat.states()["lobby.board"] == "stale":
            assert seat.page.evaluate(seq) >= shown
    finally:
        stack.kill("lobby", signal.SIGCONT)
    seat.wait_until_fresh("lobby.board", limit_s=10)
    assert seat.page.evaluate(seq) >= shown
    assert seat.complaints == []


def test_it_says_that_live_is_paused_though_the_socket_stays_open(open_page: OpenPage, stack: Stack) -> None:
    seat = open_page("/")
    seat.wait_until_fresh()
    chip = seat.page.locator('[data-panel="lobby.board"] [data-live-chip]')
    chip.wait_for(state="hidden")
    stack.kill("valkey", signal.SIGSTOP)
    try:
        chip.wait_for(state="visible", timeout=10_000)
        assert seat.page.locator('.header a[href="/signin"]').count() == 0
    finally:
        stack.kill("valkey", signal.SIGCONT)
    chip.wait_for(state="hidden", timeout=12_000)
    assert seat.complaints == []
