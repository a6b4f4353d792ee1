"""Undoes a bet; a rollback that overtakes its bet leaves a tombstone on which the late bet ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fragment_kit.contract.events import uuid7
from fragments.wallet import events, ledger
from fragments.wallet.care import gate
from fragments.wallet.commands import statements
from fragments.wallet.commands.answers import Answer
from fragments.wallet.commands.case import TOMBSTONE, BadCommand, Case, Ruling, decide_once
from fragments.wallet.commands.named_bet import NamedBet, named_bet
from fragments.wallet.commands.rows import TransactionRow
from fragments.wallet.ledger import Effect, Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from fragments.wallet.commands.requests import RollBackBet


def roll_back_bet(command: RollBackBet, *, now: datetime) -> Answer:
    """Decide a rollback in one transaction; raises BadCommand."""
    return decide_once(command, now, _rule)


def _rule(case: Case[RollBackBet]) -> Ruling | Answer:
    command = case.command
    if command.bet_transaction_id == command.transaction_id:
        raise BadCommand("bet_transaction_id is the rollback's own transaction_id; give the rollback an id of its own")
    named = named_bet(case, command.bet_transaction_id, command.round_id)
    if named is None:
        if not bury(
            case, command.bet_transaction_id
        ):  # the id is another player's bet, of which this caller learns nothing
            return Answer(status="REJECTED", code="BET_NOT_FOUND", transaction_id=command.transaction_id)
        return _nothing_to_undo(case, tombstoned=True)
    if named.is_tombstone:
        return _nothing_to_undo(case, tombstoned=True, named=named)
    if named.was_refused:
        return _nothing_to_undo(case, tombstoned=False, named=named)
    return _undo(case, named)


def _undo(case: Case[RollBackBet], named: NamedBet) -> Ruling:
    command, wallet = case.command, case.wallet
    if wallet is None:
        raise ledger.LedgerBroken("a bet without a wallet")
    if command.amount not in (0, named.bet.stake):
        raise BadCommand(f"amount is {command.amount}, but the bet was {named.bet.stake}; leave it out")
    decision = ledger.decide_rollback(
        wallet.holdings,
        provider=command.provider,
        bet=named.bet,
        sums=named.sums,
        round_closed=command.round_closed,
    )
    if isinstance(decision, Effect):
        gate.note_rollback(case.cursor, wallet, named.bet.stake, now=case.now, bet_id=named.id)
        return _undone(decision, named)
    if isinstance(decision, Refusal):
        data = {"operation": "rollback", "amount": str(named.bet.stake), "reason": decision.code}
        return _ruling(decision.code, events.COMMAND_REFUSED, data, named, is_granted=False)
    return _nothing_to_undo(case, tombstoned=False, named=named)


def _undone(effect: Effect, named: NamedBet) -> Ruling:
    data = {
        "bet_transaction_id": str(named.id),
        "round_id": named.round_name,
        "game_id": named.game_id,
        "amount_cash": str(named.bet.stake - named.bet.bonus),
        "amount_bonus": str(named.bet.bonus),
        "reason": "provider",
        "cash_after": str(effect.holdings.cash),
        "bonus_after": str(effect.holdings.bonus),
    }
    return _ruling("OK", events.BET_ROLLED_BACK, data, named, effect=effect)


def _nothing_to_undo(case: Case[RollBackBet], *, tombstoned: bool, named: NamedBet | None = None) -> Ruling:
    data = {"bet_provider_tx_id": case.command.bet_transaction_id}
    return _ruling("NOOP_TOMBSTONED" if tombstoned else "OK", events.ROLLBACK_TOMBSTONED, data, named)


def _ruling(
    code: ledger.Code,
    event_type: str,
    data: dict[str, Any],
    named: NamedBet | None,
    *,
    effect: Effect | None = None,
    is_granted: bool = True,
) -> Ruling:
    return Ruling(
        code=code,
        event_type=event_type,
        event_data=data,
        effect=effect,
        is_granted=is_granted,
        round_id=named.round_id if named else None,
        bet_id=named.id if named else None,
    )


def bury(case: Case[Any], overtaken_id: str) -> bool:
    """Write down what was overtaken, with the answer it will get; the unique index decides a race with it."""
    command = case.command
    late = Answer(
        status="REJECTED",
        code="ROLLED_BACK_BEFORE_ARRIVAL",
        transaction_id=overtaken_id,
        balance=case.balance,
    )
    row = TransactionRow(
        id=uuid7(),
        kind=TOMBSTONE,
        provider=command.provider,
        provider_tx_id=overtaken_id,
        fingerprint="",
        wallet_id=case.wallet.id if case.wallet else None,
        amount=0,
        amount_bonus=0,
        outcome="NOOP",
        code=late.code,
        response=late.stored(),
        created_at=case.now,
    )
    return statements.insert_transaction(case.cursor, row)
