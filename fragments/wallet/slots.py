"""The slots of the wallet fragment."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.utils import timezone

from fragment_kit.contract.outcome import Fresh
from fragment_kit.serving.panel import Panel
from fragment_kit.serving.slot import slot
from fragment_kit.serving.threads import in_thread
from fragments.wallet.accounts import holdings_of
from fragments.wallet.care.totals import totals_of
from fragments.wallet.history import page_of
from fragments.wallet.panels import BalanceView, HistoryView, TopUpView
from fragments.wallet.payments_feed import PAYMENTS, Payments

if TYPE_CHECKING:
    from fragment_kit.resilience.deadline import Deadline
    from fragment_kit.serving.call import SlotCall
    from fragments.wallet.history import HistoryPage
    from fragments.wallet.ledger import Holdings

_VERSION: Final = re.compile(r"[1-9][0-9]{0,17}")


@slot("balance")
async def balance(call: SlotCall) -> Panel:
    """The exact balance from the ledger's own row; the payments feed only decides what is said about top-ups."""
    holdings, payments = await asyncio.gather(in_thread(holdings_of, call.player or ""), offered(call.deadline))
    if holdings is None:
        return Panel("wallet/no_wallet.html", None, state="empty")
    view = BalanceView.of(holdings, is_paused=payments is None)
    return _about_payments("wallet/balance.html", view, payments)


@slot("topup")
async def topup(call: SlotCall) -> Panel:
    """The form for play money, as far as the payments provider stands behind it now."""
    holdings, payments = await asyncio.gather(in_thread(holdings_of, call.player or ""), offered(call.deadline))
    if holdings is None:
        return Panel("wallet/no_wallet.html", None, state="empty")
    view = TopUpView.of(holdings, payments, float_minor=settings.STARTING_FLOAT_MINOR)
    return _about_payments("wallet/topup.html", view, payments)


@slot("history")
async def history(call: SlotCall) -> Panel:
    """A page of the player's history, from the projection; says so when the newest plays are not in it yet."""
    player, before = call.player or "", call.query.get("before", "")
    page, holdings = await in_thread(_page_and_holdings, player, int(before) if _VERSION.fullmatch(before) else None)
    totals = None if before else await in_thread(totals_of, player, now=timezone.now())
    view = HistoryView.of(page, holdings, is_first_page=not before, totals=totals)
    return Panel("wallet/history.html", view, state="fresh" if view.lines else "empty")


async def offered(deadline: Deadline) -> Payments | None:
    """What the payments provider offers at this moment, or None."""
    reading = await PAYMENTS.read(deadline)
    return reading.value if isinstance(reading, Fresh) else None


def _about_payments(template: str, view: object, payments: Payments | None) -> Panel:
    if payments is None:
        return Panel(template, view, state="degraded", feed="payments")
    return Panel(template, view)


def _page_and_holdings(player: str, before: int | None) -> tuple[HistoryPage, Holdings | None]:
    # The page first: what is committed between the two reads then only makes the page look behind, never ahead.
    return page_of(player, before=before), holdings_of(player)
