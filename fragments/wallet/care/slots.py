"""Care's slots: the standing in the header, the limits, and breaks with exclusion and time checks."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from django.utils import timezone

from fragment_kit.serving.panel import Panel
from fragment_kit.serving.slot import slot
from fragment_kit.serving.threads import in_thread
from fragments.wallet.accounts import holdings_of
from fragments.wallet.care.care_view import care_view
from fragments.wallet.care.limit_views import limits_view
from fragments.wallet.care.reality_check import note_shown
from fragments.wallet.care.sitting_view import StandingView, standing_view
from fragments.wallet.care.table import NoWallet

if TYPE_CHECKING:
    from collections.abc import Callable

    from fragment_kit.serving.call import SlotCall

LIMITS = "wallet/care/limits.html"
CARE = "wallet/care/care.html"
STANDING = "wallet/care/standing.html"
NOTE_S = 0.1


@slot("standing")
async def standing(call: SlotCall) -> Panel:
    """The session's net position from the ledger's own counters, and the time check when it is due."""
    # Fresh also while nobody plays: “not playing” is an answer, and the header says it.
    panel = await _shown(call, STANDING, lambda player: standing_view(player, now=timezone.now()))
    if isinstance(panel.view, StandingView) and panel.view.is_news:
        # The check must not wait for another writer: the note is made all the same when this wait is over.
        with suppress(TimeoutError):
            await asyncio.wait_for(in_thread(note_shown, call.player or "", now=timezone.now()), NOTE_S)
    return panel


@slot("limits")
async def limits(call: SlotCall) -> Panel:
    """Every limit with what is used of it, and the forms to change them."""
    return await _shown(call, LIMITS, lambda player: limits_view(player, now=timezone.now()))


@slot("care")
async def care(call: SlotCall) -> Panel:
    """Breaks, self-exclusion, and how often to be asked."""
    return await _shown(call, CARE, lambda player: care_view(player, now=timezone.now()))


async def _shown(call: SlotCall, template: str, read: Callable[[str], object]) -> Panel:
    player = call.player or ""
    await in_thread(holdings_of, player)  # opens the wallet of a player who comes here first
    try:
        return Panel(template, await in_thread(read, player))
    except NoWallet:
        return Panel("wallet/no_wallet.html", None, state="empty")
