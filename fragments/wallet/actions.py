"""What a player may ask of the wallet: more play money."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.utils import timezone

from fragment_kit.serving.panel import Panel
from fragment_kit.serving.slot import action
from fragment_kit.serving.threads import in_thread
from fragments.wallet.accounts import holdings_of
from fragments.wallet.commands.requests import top_up_by_player
from fragments.wallet.commands.top_up import top_up
from fragments.wallet.money import parse_minor, show
from fragments.wallet.panels import TopUpView
from fragments.wallet.slots import offered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fragment_kit.serving.call import ActionCall
    from fragments.wallet.payments_feed import Payments

_KEY: Final = re.compile(r"[\x21-\x7e]{8,100}")
REFUSALS: Final[Mapping[str, str]] = {
    "ABOVE_FLOAT": "That would lift you above the starting float. Choose a smaller amount.",
    "IDEMPOTENCY_CONFLICT": "This form was used already, for another amount. Here is a new one; please choose again.",
    "LIMIT_TOPUP": "That would take you above your own top-up limit. Nothing was added. Your limits page shows it.",
    "ON_BREAK": "You are on a break, so nothing was added. Your limits page says until when.",
    "EXCLUDED": "You excluded yourself from play, so nothing was added. Your limits page says until when.",
}


@action("/topups")
async def top_up_play_money(call: ActionCall) -> Panel:
    """Mint the chosen amount once per form; sending the same form again gives the same answer and no more money."""
    player, chosen = call.player or "", call.form.get("amount", "")
    payments = await offered(call.deadline)
    complaint = _complaint(call, payments, chosen)
    if complaint or payments is None:
        return await _form(player, payments, chosen=chosen, error=complaint)
    await in_thread(holdings_of, player)
    command = top_up_by_player(player, int(chosen), call.idempotency_key or "")
    answer = await in_thread(top_up, command, now=timezone.now())
    if answer.status != "OK":
        return await _form(player, payments, chosen=chosen, error=REFUSALS[answer.code])
    return await _form(player, payments, done=f"{show(int(chosen))} chips added.")


def _complaint(call: ActionCall, payments: Payments | None, chosen: str) -> str:
    """Why nothing is even tried; "" when all is well."""
    if payments is None:
        return "Top-ups are paused: the payment provider does not answer. Nothing has been added."
    if parse_minor(chosen) not in payments.amounts:
        return "Choose one of the amounts."
    if not _KEY.fullmatch(call.idempotency_key or ""):
        return "This form had lost its key. Here is a new one; please choose again."
    return ""


async def _form(player: str, payments: Payments | None, *, chosen: str = "", error: str = "", done: str = "") -> Panel:
    holdings = await in_thread(holdings_of, player)
    if holdings is None:
        return Panel("wallet/no_wallet.html", None, state="empty")
    view = TopUpView.of(
        holdings, payments, float_minor=settings.STARTING_FLOAT_MINOR, chosen=chosen, error=error, done=done
    )
    return Panel("wallet/topup.html", view, status=422 if error else 200, emits=("wallet.changed",) if done else ())
