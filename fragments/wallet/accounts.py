"""Reads what a player owns from the ledger's own row: exact, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from fragments.wallet.commands.opening import open_wallet
from fragments.wallet.ledger import Holdings
from fragments.wallet.models import Wallet
from fragments.wallet.money import CURRENCY

if TYPE_CHECKING:
    from datetime import datetime


def holdings_of(player_id: str, *, now: datetime | None = None) -> Holdings | None:
    """The player's holdings now; None without a wallet.

    Where settings allow it, a player seen for the first time gets a wallet with the starting float.
    """
    found = _read(player_id)
    if found is None and settings.OPENS_UNKNOWN_PLAYERS:
        open_wallet(player_id, now=now or timezone.now())
        found = _read(player_id)
    return found


def _read(player_id: str) -> Holdings | None:
    row = (
        Wallet.objects.filter(player_id=player_id, currency=CURRENCY)
        .values_list("cash", "version", "bonus", "held")
        .first()
    )
    if row is None:
        return None
    return Holdings(player_id=player_id, cash=row[0], version=row[1], bonus=row[2], held=row[3])
