"""What the house gives: bonuses with their end, and the prizes of a tournament."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from fragments.wallet import events, ledger
from fragments.wallet.commands import statements
from fragments.wallet.commands.answers import Answer
from fragments.wallet.commands.case import BadCommand, Case, Ruling, decide_once
from fragments.wallet.commands.requests import ConvertBonus, EndBonus, ForfeitBonus, GrantBonus, PayPrize
from fragments.wallet.ledger import Effect, Grant, Nothing, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def grant_bonus(command: GrantBonus, *, now: datetime) -> Answer:
    """Decide a grant in one transaction; raises BadCommand."""
    return decide_once(command, now, _rule_grant)


def end_bonus(command: ConvertBonus | ForfeitBonus, *, now: datetime) -> Answer:
    """Decide how a grant ends, in one transaction; raises BadCommand."""
    return decide_once(command, now, _rule_end)


def pay_prize(command: PayPrize, *, now: datetime) -> Answer:
    """Pay one prize in one transaction, however often it is asked for; raises BadCommand."""
    return decide_once(command, now, _rule_prize)


def pay_prizes(commands: Sequence[PayPrize], *, now: datetime) -> list[Answer]:
    """Pay a tournament's prizes all or none; the wallets are locked in one order, so that batches never deadlock.

    Raises BadCommand, after which nobody was paid.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            players = [command.who.player_id for command in commands if command.who.player_id is not None]
            statements.lock_wallets(cursor, sorted(set(players)))
        return [pay_prize(command, now=now) for command in commands]


def _rule_grant(case: Case[GrantBonus]) -> Ruling:
    command = case.command
    if case.wallet is None:
        raise BadCommand("the player has no wallet yet")
    decision = ledger.decide_grant(case.wallet.holdings, command.amount)
    data = {"grant_id": str(case.id), "amount": str(command.amount)}
    return _given(case, decision, events.BONUS_GRANTED, data)


def _rule_prize(case: Case[PayPrize]) -> Ruling:
    command = case.command
    if case.wallet is None:
        raise BadCommand("the player has no wallet yet")
    decision = ledger.decide_prize(case.wallet.holdings, command.amount, tournament_id=command.tournament_id)
    data = {"tournament_id": command.tournament_id, "rank": command.rank, "amount": str(command.amount)}
    return _given(case, decision, events.PRIZE_PAID, data)


def _rule_end(case: Case[EndBonus]) -> Ruling | Answer:
    command, wallet = case.command, case.wallet
    named = statements.bet(case.cursor, command.provider, command.grant_transaction_id)
    if named is None or wallet is None or (named.kind, named.wallet_id) != ("bonus_grant", wallet.id):
        # Not kept: an end that overtook its grant is sent again.
        return Answer(
            status="REJECTED", code="GRANT_NOT_FOUND", transaction_id=command.transaction_id, balance=case.balance
        )
    is_conversion = isinstance(command, ConvertBonus)
    decide = ledger.decide_convert if is_conversion else ledger.decide_forfeit
    decision = decide(wallet.holdings, grant=Grant(amount=named.amount, is_over=named.closed_by is not None))
    event_type = events.BONUS_CONVERTED if is_conversion else events.BONUS_FORFEITED
    data: dict[str, Any] = {"grant_id": str(named.id), "amount": "0"}
    if isinstance(decision, Nothing):
        # Nothing is left of it, but it ends here all the same.
        told = {"operation": command.kind, **data, "reason": "OK"}
        return Ruling(code="OK", event_type=events.COMMAND_REFUSED, event_data=told, bet_id=named.id, closes=True)
    if isinstance(decision, Effect):
        data["amount"] = str(decision.amount)
    return _given(case, decision, event_type, data, bet_id=named.id)


def _given(
    case: Case[Any], decision: ledger.Decision, event_type: str, data: dict[str, Any], *, bet_id: Any = None
) -> Ruling:
    if isinstance(decision, Refusal):
        if decision.code == "BAD_REQUEST":
            raise BadCommand("amount would lift the balance above what the ledger can hold")
        told = {"operation": case.command.kind, "amount": str(case.command.amount), "reason": decision.code}
        return Ruling(
            code=decision.code, event_type=events.COMMAND_REFUSED, event_data=told, is_granted=False, bet_id=bet_id
        )
    after = decision.holdings
    told = {**data, "cash_after": str(after.cash), "bonus_after": str(after.bonus)}
    extra = {"bonus": str(after.bonus)}
    return Ruling(code="OK", event_type=event_type, event_data=told, effect=decision, bet_id=bet_id, extra=extra)
