"""Bet and settle as one command, for games that decide at once: one id, one transaction, one event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fragments.wallet import events, ledger
from fragments.wallet.care import gate
from fragments.wallet.commands import statements
from fragments.wallet.commands.bet import first_in_round, may_play, placed, refused
from fragments.wallet.commands.case import BadCommand, Case, Ruling, decide_once
from fragments.wallet.ledger import Refusal, RoundSums

if TYPE_CHECKING:
    from datetime import datetime

    from fragments.wallet.commands.answers import Answer
    from fragments.wallet.commands.requests import BetAndSettle
    from fragments.wallet.commands.rows import RoundRow
    from fragments.wallet.ledger import Effect


def bet_and_settle(command: BetAndSettle, *, now: datetime) -> Answer:
    """Decide a bet with its win in one transaction; raises BadCommand."""
    return decide_once(command, now, _rule)


def _rule(case: Case[BetAndSettle]) -> Ruling:
    command, wallet = case.command, case.wallet
    refusal = may_play(case)
    if refusal is not None or wallet is None:
        return refused(case, refusal or Refusal("NO_SESSION"))
    found = statements.round_by_name(case.cursor, command.provider, command.round_id, wallet.id)
    decision = ledger.decide_bet_and_settle(
        wallet.holdings,
        command.amount,
        command.win,
        provider=command.provider,
        sums=found.sums if found else RoundSums(),
        session_is_live=True,
        round_closed=command.round_closed,
    )
    if isinstance(decision, Refusal):
        if decision.code == "BAD_REQUEST":
            raise BadCommand("win_amount would lift the balance above what the ledger can hold")
        return refused(case, decision)
    in_round = found or first_in_round(command)
    gate.note_bet(case.cursor, wallet, command.amount, case.now)
    gate.note_win(case.cursor, wallet, command.win, case.now)
    return Ruling(
        code="OK",
        event_type=events.BET_SETTLED,
        event_data=_settled(case, decision, in_round),
        effect=decision,
        round_id=in_round.id,
        opens=None if found else in_round,
    )


def _settled(case: Case[BetAndSettle], effect: Effect, in_round: RoundRow) -> dict[str, object]:
    command = case.command
    bonus = ledger.split_win(command.win, stake=command.amount, bonus=effect.amount_bonus)[1]
    return {
        **placed(case, effect, command.round_id, in_round),
        "is_instant": True,
        "bet_transaction_id": str(case.id),
        "stake": str(command.amount),
        "win": str(command.win),
        "win_bonus": str(bonus),
        "win_kind": "base",
        "multiplier_bp": ledger.multiplier_bp(command.win, command.amount),
        "round_closed": effect.round is not None and effect.round.state != "OPEN",
    }
