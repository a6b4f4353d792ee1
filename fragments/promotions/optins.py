"""The command side of promotions: opting in, and reading who has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fragments.promotions.models import OptIn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fragments.promotions.offers_feed import Offer


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a player could not opt in, in words for the player."""

    sentence: str


def opt_in(player: str, campaign_id: str, offers: Iterable[Offer], *, now: datetime | None = None) -> OptIn | Refused:
    """Record the consent, once; a second wish for the same campaign finds the first."""
    offer = next((entry for entry in offers if entry.campaign_id == campaign_id), None)
    if offer is None:
        return Refused("This offer is no longer there.")
    if offer.opt_in_until <= (now or datetime.now(UTC)):
        return Refused("The time to join this offer is over.")
    consent, _ = OptIn.objects.get_or_create(
        player_id=player,
        campaign_id=campaign_id,
        defaults={"terms_version": offer.terms_version, "opted_in_at": now or datetime.now(UTC)},
    )
    return consent


def joined_campaigns(player: str | None) -> frozenset[str]:
    """The campaigns that this player has opted in to; none for somebody who is not signed in."""
    if player is None:
        return frozenset()
    return frozenset(OptIn.objects.filter(player_id=player).values_list("campaign_id", flat=True))
