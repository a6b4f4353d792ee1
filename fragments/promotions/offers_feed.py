"""Reads the provider's offers feed into our own words, and refuses offers that we must not show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fragment_kit.contract.errors import FeedBroke

WAGERING_X_MAX: Final = 10  # more is forbidden to be offered (UK LCCP SR 5.1.1, in force since January 2026)
OFFERS_MAX: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One campaign with its significant terms; `max_bet_minor` in minor units."""

    campaign_id: str
    terms_version: str
    title: str
    summary: str
    vertical: str
    wagering_x: int
    max_bet_minor: int
    expires_at: datetime
    opt_in_until: datetime
    categories: tuple[str, ...]


def parse_offers(data: Any) -> tuple[Offer, ...]:
    """Read the feed's JSON; raises FeedBroke naming the campaign that is wrong."""
    entries = data["offers"]
    if len(entries) > OFFERS_MAX:
        raise FeedBroke(f"offers: {len(entries)} offers; at most {OFFERS_MAX} are believable.")
    return tuple(_offer(entry) for entry in entries)


def _offer(entry: Any) -> Offer:
    offer = Offer(
        campaign_id=str(entry["campaign_id"]),
        terms_version=str(entry["terms_version"]),
        title=str(entry["title"]),
        summary=str(entry["summary"]),
        vertical=str(entry["vertical"]),
        wagering_x=int(entry["wagering_x"]),
        max_bet_minor=int(entry["max_bet"]),
        expires_at=_time(entry["expires_at"]),
        opt_in_until=_time(entry["opt_in_until"]),
        categories=tuple(str(category) for category in entry["eligible_categories"]),
    )
    if not 0 <= offer.wagering_x <= WAGERING_X_MAX:
        raise FeedBroke(
            f"offers: {offer.campaign_id} asks for {offer.wagering_x} × wagering; {WAGERING_X_MAX} is the most."
        )
    return offer


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise FeedBroke(f"offers: the time {text!r} has no zone.")
    return moment
