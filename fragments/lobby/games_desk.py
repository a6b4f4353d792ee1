"""Answers the games slot: hear what changed, apply it, show the copy; without the feed, the same copy with words."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from fragment_kit.contract.outcome import Fresh
from fragment_kit.serving.logs import logger
from fragment_kit.serving.panel import Panel
from fragment_kit.serving.threads import in_thread
from fragments.lobby.catalogue import copy_state, is_news, take_page
from fragments.lobby.games_view import GamesView
from fragments.lobby.search import GamesWish
from fragments.lobby.shelf import Shelf

if TYPE_CHECKING:
    from fragment_kit.feeds.client import FeedClient
    from fragment_kit.serving.call import SlotCall
    from fragments.lobby.catalogue import CopyState
    from fragments.lobby.catalogue_feed import CataloguePage

LOG = logger("catalogue")
DELTA_LIMIT: Final = 200
WRITE_WAIT_S: Final = 0.15  # a player does not wait longer for somebody else's write lock; the next one sees the change


class GamesDesk:
    """Everything behind `GET /slots/games`; `feed` is the catalogue's."""

    def __init__(self, feed: FeedClient[CataloguePage], *, shelf: Shelf | None = None) -> None:
        self._feed = feed
        self._shelf = shelf or Shelf()
        self._writing: asyncio.Task[CopyState] | None = None

    async def answer(self, call: SlotCall) -> Panel:
        """One page of games, never later than the call's deadline."""
        wish = GamesWish.of(call.query)
        state = await in_thread(copy_state)
        reading = await self._feed.read(call.deadline, params=delta_params(state.cursor, limit=DELTA_LIMIT))
        if isinstance(reading, Fresh) and is_news(reading.value, state, heard_at=reading.as_of):
            state = await self._take(reading, state)
        results = await self._shelf.results(wish, mount=call.mount, edition=state.edition)
        if isinstance(reading, Fresh):
            return Panel("lobby/games.html", GamesView.of(wish, state, results, is_silent=False))
        view = GamesView.of(wish, state, results, is_silent=True)
        return Panel("lobby/games.html", view, state="degraded", feed="catalogue", as_of=state.heard_at)

    async def settled(self) -> None:
        """Wait until what was heard has been written."""
        if self._writing is not None:
            await asyncio.wait([self._writing])

    async def _take(self, reading: Fresh[CataloguePage], state: CopyState) -> CopyState:
        """Write what is new, once for all who heard it at this moment, and without making anybody late."""
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(
                in_thread(take_page, reading.value, since=state.cursor, heard_at=reading.as_of)
            )
        writing = self._writing
        written, _ = await asyncio.wait([writing], timeout=WRITE_WAIT_S)
        if not written:
            return state
        if error := writing.exception():
            LOG.warning("changes wait", why=str(error))
            return state
        return writing.result()


def delta_params(cursor: int, *, limit: int) -> dict[str, str]:
    """The question for what changed after `cursor`."""
    return {"since": str(cursor), "limit": str(limit)}
