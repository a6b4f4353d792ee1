"""Places a bet: refused for ever or taken once, in its round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fragment_kit.contract.events import uuid7
from fragments.wallet import events, ledger
from fragments.wallet.commands import statements
from fragments.wallet.commands.case import Case, Ruling, decide_once
from fragments.wallet.commands.rows import RoundRow
from fragments.wallet.ledger import Effect, Refusal, RoundSums

if TYPE_CHECKING:
    from datetime import datetime

    from fragments.wallet.commands.answers import Answer
    from fragments.wallet.commands.requests import PlaceBet
    from fragments.wallet.commands.rows import LockedWallet


def place_bet(command: PlaceBet, *, now: datetime) -> Answer:
    """Decide a bet in one transaction; raises BadCommand."""
    return decide_once(command, now, _rule)


def _rule(case: Case[PlaceBet]) -> Ruling:
    command, wallet = case.command, case.wallet
    if wallet is None:
        return _refused(case, Refusal("NO_SESSION"))
    found = statements.round_by_name(case.cursor, command.provider, command.round_id, wallet.id)
    decision = ledger.decide_bet(
        wallet.holdings,
        command.amount,
        provider=command.provider,
        sums=found.sums if found else RoundSums(),
        session_is_live=case.session_is_live(),
    )
    if isinstance(decision, Refusal):
        return _refused(case, decision)
    return _taken(case, decision, found or _open_round(case, wallet))


def _open_round(case: Case[PlaceBet], wallet: LockedWallet) -> RoundRow:
    command = case.command
    row = RoundRow(uuid7(), command.round_id, command.game_id, command.category, RoundSums())
    statements.open_round(case.cursor, row, provider=command.provider, wallet_id=wallet.id)
    return row


def _taken(case: Case[PlaceBet], effect: Effect, in_round: RoundRow) -> Ruling:
    command = case.command
    session_id = case.wallet.session_id if case.wallet else None
    data = {
        "round_id": command.round_id,
        "game_id": command.game_id,
        "variant_id": None,
        "category": in_round.category,
        "stake_cash": str(command.amount),
        "stake_bonus": "0",
        "is_free": False,
        "session_id": None if session_id is None else str(session_id),
        "cash_after": str(effect.holdings.cash),
        "bonus_after": "0",
    }
    return Ruling(code="OK", event_type=events.BET_PLACED, event_data=data, effect=effect, round_id=in_round.id)


def _refused(case: Case[PlaceBet], refusal: Refusal) -> Ruling:
    command = case.command
    data = {
        "round_id": command.round_id,
        "game_id": command.game_id,
        "stake": str(command.amount),
        "reason": refusal.code,
    }
    return Ruling(code=refusal.code, event_type=events.BET_REJECTED, event_data=data, is_granted=False)
