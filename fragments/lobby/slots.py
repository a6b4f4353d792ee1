"""The slots of the lobby fragment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from fragment_kit.feeds.client import FeedClient
from fragment_kit.serving.panel import Panel
from fragment_kit.serving.slot import slot
from fragment_kit.serving.threads import in_thread
from fragments.lobby.catalogue_feed import CataloguePage, parse_catalogue
from fragments.lobby.games_desk import GamesDesk
from fragments.lobby.leaderboard.board import read_board
from fragments.lobby.leaderboard.board_view import BoardView
from fragments.lobby.leaderboard.broadcast import utc_now

if TYPE_CHECKING:
    from fragment_kit.serving.call import SlotCall

FEED_TIMEOUT_MS = 200

# No last good copy: the catalogue has its own, in the database, and it is whole.
CATALOGUE_FEED: FeedClient[CataloguePage] = FeedClient(
    name="catalogue",
    url=settings.FEEDS["catalogue"],
    parse=parse_catalogue,
    timeout_ms=FEED_TIMEOUT_MS,
    check_params={"since": "0", "limit": "1"},
)
DESK = GamesDesk(CATALOGUE_FEED)


@slot("games")
async def games(call: SlotCall) -> Panel:
    """One page of games from our own copy, after hearing from the feed what has changed."""
    return await DESK.answer(call)


@slot("board")
async def board(call: SlotCall) -> Panel:
    """Today's best ten as of the newest frame, and the asking player's own place."""
    reading = await in_thread(read_board, call.player)
    view = BoardView.of(reading, is_player=call.player is not None, now=utc_now())
    return Panel(
        "lobby/board.html",
        view,
        state="degraded" if view.is_paused else "fresh",
        as_of=view.beat_at if view.is_paused else None,
    )
