"""What a player reads about each offer, already in words and formatted."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fragments.promotions.offers_feed import Offer

Joining = Literal["open", "joined", "closed", "paused", "sign_in"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferCard:
    """One offer, ready to be shown."""

    element_id: str
    campaign_id: str
    title: str
    summary: str
    terms: tuple[str, ...]
    ends_at: datetime
    joining: Joining
    idempotency_key: str
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersView:
    """The panel: cards, and since when the provider has been silent (None while it speaks)."""

    cards: tuple[OfferCard, ...]
    heard_at: datetime | None = None

    @classmethod
    def of(
        cls, offers: Iterable[Offer], *, player: str | None, joined: frozenset[str], heard_at: datetime | None = None
    ) -> OffersView:
        now = datetime.now(UTC)
        live = (offer for offer in offers if offer.expires_at > now)
        cards = tuple(
            _card(offer, _joining(offer, player=player, joined=joined, is_paused=heard_at is not None, now=now))
            for offer in live
        )
        return cls(cards=cards, heard_at=heard_at)

    def with_error(self, campaign_id: str, sentence: str) -> OffersView:
        """The same panel with a sentence on one card."""
        cards = (replace(card, error=sentence) if card.campaign_id == campaign_id else card for card in self.cards)
        return replace(self, cards=tuple(cards))


def _card(offer: Offer, joining: Joining) -> OfferCard:
    return OfferCard(
        element_id=f"promotions-offer-{offer.campaign_id}",
        campaign_id=offer.campaign_id,
        title=offer.title,
        summary=offer.summary,
        terms=_terms(offer),
        ends_at=offer.expires_at.astimezone(UTC),
        joining=joining,
        idempotency_key=str(uuid.uuid4()),
    )


def _terms(offer: Offer) -> tuple[str, ...]:
    wagering = "No wagering" if offer.wagering_x == 0 else f"{offer.wagering_x} × wagering"
    whole, rest = divmod(offer.max_bet_minor, 100)
    games = ", ".join(category.replace("_", " ") for category in offer.categories) or "all games"
    return wagering, f"Largest bet {whole:,}.{rest:02d}", f"Counts on {games}"


def _joining(offer: Offer, *, player: str | None, joined: frozenset[str], is_paused: bool, now: datetime) -> Joining:
    if offer.campaign_id in joined:
        return "joined"
    if player is None:
        return "sign_in"
    if is_paused:
        return "paused"
    return "open" if offer.opt_in_until > now else "closed"
