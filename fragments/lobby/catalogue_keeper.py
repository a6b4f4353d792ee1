"""Keeps our copy of the catalogue fresh when nobody asks: a worker's job, and the body of `sync_catalogue`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import DatabaseError

from fragment_kit.contract.outcome import Fresh, Stale, Unavailable
from fragment_kit.events.pace import Pace
from fragment_kit.events.stream import StreamAway
from fragment_kit.resilience.deadline import Deadline
from fragment_kit.serving.logs import logger
from fragment_kit.serving.threads import in_thread
from fragments.lobby.catalogue import CopyState, copy_state, is_news, start_anew, take_page
from fragments.lobby.games_desk import delta_params

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from fragment_kit.contract.outcome import Outcome
    from fragment_kit.feeds.client import FeedClient
    from fragments.lobby.catalogue_feed import CataloguePage

LOG = logger("catalogue")
PAGE_LIMIT: Final = 500
PAGE_TIMEOUT_MS: Final = 2_000
EVERY_S: Final = 3.0
BACK: Final = "catalogue.back"


class CatalogueAway(Exception):
    """The feed did not answer; the sentence says why."""


class CatalogueKeeper:
    """Pulls changes page by page.

    Args:
        feed: the catalogue's, with time enough for a full page.
        say_back: told once when the feed answers again after it did not, so that open pages look again.
        every_s: the pause between two looks.

    """

    name = "catalogue"

    def __init__(
        self,
        feed: FeedClient[CataloguePage],
        *,
        say_back: Callable[[], Awaitable[None]] | None = None,
        every_s: float = EVERY_S,
    ) -> None:
        self._feed = feed
        self._say_back = say_back
        self._every_s = every_s
        self._is_away = False

    async def run(self, stop: asyncio.Event) -> None:
        """Look every few seconds until `stop` is set; survives an outage of the feed and of the database."""
        while not stop.is_set():
            await self.turn()
            await Pace.rest(stop, self._every_s)

    async def turn(self) -> None:
        """Pull what there is, and notice when the feed goes and comes."""
        try:
            await self.pull()
        except (CatalogueAway, DatabaseError) as away:
            if not self._is_away:
                LOG.warning("catalogue waits", why=str(away))
            self._is_away = True
            return
        if self._is_away and self._say_back is not None:
            try:
                await self._say_back()
            except StreamAway as away:
                LOG.warning("signal not sent", why=str(away))
        self._is_away = False

    async def pull(self) -> tuple[int, CopyState]:
        """Take page after page until there is no more; returns the number of pages and where the copy stands.

        Raises:
            CatalogueAway: the feed did not answer; what was taken so far stays.

        """
        state = await in_thread(copy_state)
        pages = 0
        while True:
            reading = await self._ask(state.cursor, PAGE_LIMIT)
            if not isinstance(reading, Fresh):
                state = await self._from_zero(state, reading)
                continue
            pages += 1
            before = state
            if is_news(reading.value, state, heard_at=reading.as_of):
                state = await in_thread(take_page, reading.value, since=state.cursor, heard_at=reading.as_of)
            if not reading.value.has_more or state.cursor <= before.cursor:
                return pages, state

    async def _from_zero(self, state: CopyState, reading: Stale[CataloguePage] | Unavailable) -> CopyState:
        """Start anew when the feed refuses our cursor because it is another catalogue than the one we copied."""
        if reading.reason == "bad_status" and state.cursor > 0:
            first = await self._ask(0, 1)
            if isinstance(first, Fresh):
                LOG.warning("catalogue is listed anew", why=f"the feed does not know our cursor {state.cursor}")
                return await in_thread(start_anew)
        detail = reading.detail if isinstance(reading, Unavailable) else ""
        raise CatalogueAway(f"The catalogue feed did not answer ({reading.reason}). {detail}".strip())

    async def _ask(self, since: int, limit: int) -> Outcome[CataloguePage]:
        return await self._feed.read(Deadline.after_ms(PAGE_TIMEOUT_MS + 500), params=delta_params(since, limit=limit))
