"""Listens to the tables feed and says when open pages should look again: the tables moved, fell silent, or are back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fragment_kit.contract.outcome import Fresh, Stale
from fragment_kit.events.pace import Pace
from fragment_kit.events.stream import StreamAway
from fragment_kit.resilience.deadline import Deadline
from fragment_kit.serving.logs import logger
from fragments.live_dealer.tables_view import UNKNOWN_AFTER_S

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from fragment_kit.contract.outcome import Outcome
    from fragment_kit.feeds.client import FeedClient
    from fragments.live_dealer.tables_feed import TablesReport

LOG = logger("tables")
# Every open page asks once after each signal, so this is also how often a page with live tables asks.
LOOK_EVERY_S: Final = 3.0
CHANGED: Final = "tables.changed"


class TablesWatch:
    """A worker's job; `say_changed` tells every open page, and may raise StreamAway."""

    name = "tables watch"

    def __init__(self, feed: FeedClient[TablesReport], *, say_changed: Callable[[], Awaitable[None]]) -> None:
        self._feed = feed
        self._say_changed = say_changed
        self._said: tuple[object, ...] = ()

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop` is set."""
        while not stop.is_set():
            await self.look()
            await Pace.rest(stop, LOOK_EVERY_S)

    async def look(self) -> None:
        """Read the feed once, and speak only when a player would see a difference."""
        seen = _what_a_player_sees(await self._feed.read(Deadline.after_ms(1_000)))
        if seen == self._said:
            return
        try:
            await self._say_changed()
        except StreamAway as away:
            LOG.debug("nobody was told", why=str(away))
        else:
            self._said = seen


def _what_a_player_sees(reading: Outcome[TablesReport]) -> tuple[object, ...]:
    match reading:
        case Fresh(value=report):
            return "fresh", report.feed_seq
        case Stale(age_s=age_s):
            return "silent", age_s >= UNKNOWN_AFTER_S
        case _:
            return ("away",)
