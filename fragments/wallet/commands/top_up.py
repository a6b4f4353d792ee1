"""Mints play money for a player, up to the starting float."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from fragments.wallet import events, ledger
from fragments.wallet.care import gate
from fragments.wallet.commands.case import BadCommand, Case, Ruling, decide_once
from fragments.wallet.ledger import Effect, Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from fragments.wallet.commands.answers import Answer
    from fragments.wallet.commands.requests import TopUp


def top_up(command: TopUp, *, now: datetime) -> Answer:
    """Decide a top-up in one transaction; raises BadCommand when the player has no wallet."""
    return decide_once(command, now, rule_top_up)


def rule_top_up(case: Case[TopUp], *, is_opening: bool = False) -> Ruling:
    """The ruling on a top-up; the float that a wallet opens with is nobody's wish, so care is not asked about it."""
    command, wallet = case.command, case.wallet
    if wallet is None:
        raise BadCommand("the player has no wallet yet")
    decision = ledger.decide_top_up(wallet.holdings, command.amount, float_minor=settings.STARTING_FLOAT_MINOR)
    if isinstance(decision, Effect) and not is_opening:
        code = gate.refusal_of_topup(case.cursor, wallet, command.amount, case.now)
        decision = decision if code is None else Refusal(code)
    if isinstance(decision, Refusal):
        data = {"operation": command.kind, "amount": str(command.amount), "reason": decision.code}
        return Ruling(code=decision.code, event_type=events.COMMAND_REFUSED, event_data=data, is_granted=False)
    if not is_opening:
        gate.note_topup(case.cursor, wallet, command.amount, case.now)
    data = {"amount": str(command.amount), "source": ledger.MINT, "cash_after": str(decision.holdings.cash)}
    return Ruling(code="OK", event_type=events.TOPPED_UP, event_data=data, effect=decision)
