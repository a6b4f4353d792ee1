"""The slots of the live_dealer fragment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from fragment_kit.contract.outcome import Fresh, Stale, Unavailable
from fragment_kit.feeds.client import FeedClient
from fragment_kit.serving.panel import Panel
from fragment_kit.serving.slot import slot
from fragments.live_dealer.tables_feed import TablesReport, parse_tables
from fragments.live_dealer.tables_view import TablesView

if TYPE_CHECKING:
    from fragment_kit.serving.call import SlotCall

SHOWN_AFTER_SILENCE_S = 30

TABLES_FEED: FeedClient[TablesReport] = FeedClient(
    name="tables",
    url=settings.FEEDS["tables"],
    parse=parse_tables,
    timeout_ms=250,
    last_good_max_age_s=SHOWN_AFTER_SILENCE_S,
)


@slot("tables")
async def tables(call: SlotCall) -> Panel:
    """Open tables first; when the feed is silent, what we last heard, and how much of it can still be trusted."""
    reading = await TABLES_FEED.read(call.deadline)
    match reading:
        case Fresh(value=report):
            view = TablesView.of(report)
            return Panel("live_dealer/tables.html", view, state="fresh" if view.tables else "empty")
        case Stale(value=report, as_of=as_of, age_s=age_s):
            view = TablesView.of(report, silent_for_s=age_s, heard_at=as_of)
            return Panel("live_dealer/tables.html", view, state="degraded", feed="tables", as_of=as_of)
        case Unavailable():
            return Panel("live_dealer/no_tables.html", None, state="degraded", feed="tables")
