"""Settles a bet: pays what it won, also after the player's session has ended, for a win is owed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fragments.wallet import events, ledger
from fragments.wallet.care import gate
from fragments.wallet.commands.answers import Answer
from fragments.wallet.commands.case import BadCommand, Case, Ruling, decide_once
from fragments.wallet.commands.named_bet import NamedBet, named_bet
from fragments.wallet.ledger import Effect, Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from fragments.wallet.commands.requests import SettleBet


def settle_bet(command: SettleBet, *, now: datetime) -> Answer:
    """Decide a win in one transaction; raises BadCommand."""
    return decide_once(command, now, _rule)


def _rule(case: Case[SettleBet]) -> Ruling | Answer:
    command, wallet = case.command, case.wallet
    named = named_bet(case, command.bet_transaction_id, command.round_id)
    if named is not None and named.is_tombstone:
        return _refused(case, Refusal("ROLLED_BACK_BEFORE_ARRIVAL"), named)
    if named is None or named.was_refused or wallet is None:
        # Not kept: a win that overtook its bet is sent again, and must then be paid.
        return Answer(
            status="REJECTED", code="BET_NOT_FOUND", transaction_id=command.transaction_id, balance=case.balance
        )
    decision = ledger.decide_win(
        wallet.holdings,
        command.amount,
        provider=command.provider,
        bet=named.bet,
        sums=named.sums,
        round_closed=command.round_closed,
    )
    if isinstance(decision, Effect):
        gate.note_win(case.cursor, wallet, command.amount, case.now)
        return _paid(case, decision, named)
    if decision.code == "BAD_REQUEST":
        raise BadCommand("amount would lift the balance above what the ledger can hold")
    return _refused(case, decision, named)


def _paid(case: Case[SettleBet], effect: Effect, named: NamedBet) -> Ruling:
    command, stake = case.command, named.bet.stake
    data = {
        "bet_transaction_id": str(named.id),
        "round_id": named.round_name,
        "game_id": named.game_id,
        "category": named.category,
        "stake": str(stake),
        "win": str(command.amount),
        "win_kind": "base",
        "multiplier_bp": ledger.multiplier_bp(command.amount, stake),
        "round_closed": effect.round is not None and effect.round.state != "OPEN",
        "win_bonus": str(effect.amount_bonus),
        "cash_after": str(effect.holdings.cash),
        "bonus_after": str(effect.holdings.bonus),
    }
    return Ruling(
        code="OK",
        event_type=events.BET_SETTLED,
        event_data=data,
        effect=effect,
        round_id=named.round_id,
        bet_id=named.id,
    )


def _refused(case: Case[SettleBet], refusal: Refusal, named: NamedBet) -> Ruling:
    data = {"operation": "win", "amount": str(case.command.amount), "reason": refusal.code}
    return Ruling(
        code=refusal.code,
        event_type=events.COMMAND_REFUSED,
        event_data=data,
        is_granted=False,
        round_id=named.round_id,
        bet_id=named.id,
    )
