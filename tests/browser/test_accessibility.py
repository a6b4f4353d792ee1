"""WCAG 2.2 AA by axe, in both themes, on a healthy floor and on one with every feed away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import OpenPage, Seat
    from tests.stack import Stack

pytestmark = pytest.mark.browser

PAGES = ("/", "/wallet", "/status", "/signin")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
FEEDS = ("payments", "tables", "offers", "catalogue")
Scheme = Literal["dark", "light"]


@pytest.fixture
def feeds_away(stack: Stack) -> Iterator[None]:
    for feed in FEEDS:
        stack.feed(feed, "down")
    yield
    for feed in FEEDS:
        stack.feed(feed, "up")


def violations(seat: Seat) -> list[str]:
    seat.page.wait_for_function("() => !document.querySelector('[data-panel][data-state=loading]')")
    found = Axe().run(seat.page, options=RULES).response["violations"]
    return [f"{entry['id']}: {entry['help']}: {entry['nodes'][0]['html'][:200]}" for entry in found]


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_has_no_violation_on_a_healthy_floor(open_page: OpenPage, scheme: Scheme) -> None:
    for path in PAGES:
        seat = open_page(path, scheme=scheme, player=None if path == "/signin" else "ana")
        assert violations(seat) == [], path
        assert seat.complaints == []


@pytest.mark.usefixtures("feeds_away")
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_has_no_violation_with_every_feed_away(open_page: OpenPage, scheme: Scheme) -> None:
    for path in ("/", "/wallet"):
        seat = open_page(path, scheme=scheme)
        assert violations(seat) == [], path
        assert seat.page.locator("[data-panel]:is([data-state=degraded], [data-state=unavailable])").count() > 0
        assert seat.complaints == []
