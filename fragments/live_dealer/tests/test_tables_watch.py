"""The watch over the tables feed: open pages are told when there is something else to see, and only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fragment_kit.events.stream import StreamAway
from fragments.live_dealer.slots import TABLES_FEED
from fragments.live_dealer.tables_watch import TablesWatch
from fragments.live_dealer.tests.reports import report, table

if TYPE_CHECKING:
    from fragment_kit.resilience.clock import ManualClock
    from fragment_kit.testing.fake_feed import FakeFeed


class Pages:
    """Counts how often open pages were told to look again."""

    def __init__(self) -> None:
        self.told = 0
        self.is_away = False

    async def tell(self) -> None:
        if self.is_away:
            raise StreamAway("nobody there")
        self.told += 1


@pytest.fixture
def pages() -> Pages:
    return Pages()


@pytest.fixture
def watch(feed: FakeFeed, pages: Pages) -> TablesWatch:
    return TablesWatch(TABLES_FEED, say_changed=pages.tell)


async def test_it_says_nothing_while_nothing_moves(watch: TablesWatch, pages: Pages) -> None:
    for _ in range(3):
        await watch.look()
    assert pages.told == 1


async def test_it_says_so_when_the_provider_reports_something_newer(
    watch: TablesWatch, pages: Pages, feed: FakeFeed
) -> None:
    await watch.look()
    feed.body = {**report(table()), "feed_seq": 2}
    await watch.look()
    assert pages.told == 2


async def test_it_says_so_once_at_each_step_of_a_silence(
    watch: TablesWatch, pages: Pages, feed: FakeFeed, clock: ManualClock
) -> None:
    await watch.look()
    feed.mode = "down"
    for seconds, told in ((1, 2), (3, 2), (1, 3), (20, 3), (10, 4), (60, 4)):
        clock.advance(seconds)
        await watch.look()
        assert pages.told == told
    feed.mode = "up"
    await watch.look()
    assert pages.told == 5


async def test_it_says_it_later_when_nobody_could_be_told(watch: TablesWatch, pages: Pages) -> None:
    pages.is_away = True
    await watch.look()
    pages.is_away = False
    await watch.look()
    assert pages.told == 1
