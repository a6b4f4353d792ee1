"""The rows of the status page: what people do here, and which slots each of these things needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Something a player does; it is as well as the worst of its slots."""

    label: str
    slots: tuple[str, ...]


ACTIVITIES: Final = (
    Activity(label="Finding and playing games", slots=("lobby.games",)),
    Activity(label="Live tables", slots=("live_dealer.tables",)),
    Activity(label="Seeing your balance and history", slots=("wallet.balance", "wallet.history")),
    Activity(label="Topping up play money", slots=("wallet.topup",)),
    Activity(label="Offers", slots=("promotions.offers",)),
    Activity(label="The daily board", slots=("lobby.board",)),
)
SIGNING_IN: Final = "Signing in"
LIVE_UPDATES: Final = "Updates that arrive by themselves"


def covered_slots() -> frozenset[str]:
    """Every slot that has a row."""
    return frozenset(slot for activity in ACTIVITIES for slot in activity.slots)
