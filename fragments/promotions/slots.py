"""The slot and the action of the promotions fragment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from fragment_kit.contract.outcome import Fresh, Stale, Unavailable
from fragment_kit.feeds.client import FeedClient
from fragment_kit.serving.panel import Panel, SeeSlot
from fragment_kit.serving.slot import action, slot
from fragment_kit.serving.threads import in_thread
from fragments.promotions.offers_feed import Offer, parse_offers
from fragments.promotions.offers_view import OffersView
from fragments.promotions.optins import Refused, joined_campaigns, opt_in

if TYPE_CHECKING:
    from fragment_kit.serving.call import ActionCall, SlotCall

OFFERS_FEED: FeedClient[tuple[Offer, ...]] = FeedClient(
    name="offers",
    url=settings.FEEDS["offers"],
    parse=parse_offers,
    timeout_ms=250,
    last_good_max_age_s=86_400,
)
UNCONFIRMED = "We can't confirm the terms right now, so nothing was changed. Please try again in a moment."


@slot("offers")
async def offers(call: SlotCall) -> Panel:
    """What is on; when the feed is silent, the last offers heard, which nobody can join until it speaks again."""
    reading = await OFFERS_FEED.read(call.deadline)
    joined = await in_thread(joined_campaigns, call.player)
    match reading:
        case Fresh(value=found):
            view = OffersView.of(found, player=call.player, joined=joined)
            return Panel("promotions/offers.html", view, state="fresh" if view.cards else "empty")
        case Stale(value=found, as_of=as_of):
            view = OffersView.of(found, player=call.player, joined=joined, heard_at=as_of)
            return Panel("promotions/offers.html", view, state="degraded", feed="offers", as_of=as_of)
        case Unavailable():
            return Panel("promotions/no_offers.html", None, state="degraded", feed="offers")


@action("/optins")
async def join_offer(call: ActionCall) -> Panel | SeeSlot:
    """Opt in, but only to terms that the provider has just confirmed."""
    campaign_id = call.form.get("campaign_id", "")
    reading = await OFFERS_FEED.read(call.deadline)
    if not isinstance(reading, Fresh):
        return await _with_error(call, campaign_id, reading, UNCONFIRMED)
    answer = await in_thread(opt_in, call.player or "", campaign_id, reading.value)
    if isinstance(answer, Refused):
        return await _with_error(call, campaign_id, reading, answer.sentence)
    return SeeSlot("offers", emits=("promotions.changed",))


async def _with_error(
    call: ActionCall,
    campaign_id: str,
    reading: Fresh[tuple[Offer, ...]] | Stale[tuple[Offer, ...]] | Unavailable,
    sentence: str,
) -> Panel:
    joined = await in_thread(joined_campaigns, call.player)
    known = () if isinstance(reading, Unavailable) else reading.value
    view = OffersView.of(known, player=call.player, joined=joined).with_error(campaign_id, sentence)
    if not any(card.error for card in view.cards):
        return Panel("promotions/refused.html", sentence, status=422)
    return Panel("promotions/offers.html", view, status=422)
