"""Places a bet: refused for ever or taken once, in its round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fragment_kit.contract.events import uuid7
from fragments.wallet import events, ledger
from fragments.wallet.care import gate
from fragments.wallet.commands import statements
from fragments.wallet.commands.case import Case, Ruling, decide_once
from fragments.wallet.commands.rows import RoundRow
from fragments.wallet.ledger import Effect, Refusal, RoundSums

if TYPE_CHECKING:
    from datetime import datetime

    from fragments.wallet.commands.answers import Answer
    from fragments.wallet.commands.requests import PlaceBet, PlaceHold


def place_bet(command: PlaceBet, *, now: datetime) -> Answer:
    """Decide a bet in one transaction; raises BadCommand."""
    return decide_once(command, now, _rule)


def _rule(case: Case[PlaceBet]) -> Ruling:
    command, wallet = case.command, case.wallet
    refusal = may_play(case)
    if refusal is not None or wallet is None:
        return refused(case, refusal or Refusal("NO_SESSION"))
    found = statements.round_by_name(case.cursor, command.provider, command.round_id, wallet.id)
    decision = ledger.decide_bet(
        wallet.holdings,
        command.amount,
        provider=command.provider,
        sums=found.sums if found else RoundSums(),
        session_is_live=True,
    )
    if isinstance(decision, Refusal):
        return refused(case, decision)
    in_round = found or first_in_round(command)
    gate.note_bet(case.cursor, wallet, command.amount, case.now)
    return Ruling(
        code="OK",
        event_type=events.BET_PLACED,
        event_data=placed(case, decision, command.round_id, in_round),
        effect=decision,
        round_id=in_round.id,
        opens=None if found else in_round,
    )


def may_play(case: Case[PlaceBet] | Case[PlaceHold]) -> Refusal | None:
    """Why this player may not stake this amount now, funds aside: no session, or care's own reasons."""
    if case.wallet is None:
        return Refusal("NO_SESSION")
    if not case.session_is_live():
        # Who is excluded or on a break is told so, also after that ended the session.
        return Refusal(gate.refusal_of_session(case.cursor, case.wallet, case.now) or "NO_SESSION")
    code = gate.refusal_of_bet(case.cursor, case.wallet, case.command.amount, case.now)
    return None if code is None else Refusal(code)


def first_in_round(command: PlaceBet) -> RoundRow:
    """The round of a player's first bet in it, still to be written."""
    return RoundRow(uuid7(), command.round_id, command.game_id, command.category, RoundSums())


def placed(case: Case[Any], effect: Effect, round_name: str, in_round: RoundRow) -> dict[str, Any]:
    """What the world is told about a stake that was taken."""
    session_id = case.wallet.session_id if case.wallet else None
    return {
        "round_id": round_name,
        "game_id": in_round.game_id,
        "variant_id": None,
        "category": in_round.category,
        "stake_cash": str(effect.amount - effect.amount_bonus),
        "stake_bonus": str(effect.amount_bonus),
        "is_free": False,
        "session_id": None if session_id is None else str(session_id),
        "cash_after": str(effect.holdings.cash),
        "bonus_after": str(effect.holdings.bonus),
    }


def refused(case: Case[PlaceBet] | Case[PlaceHold], refusal: Refusal) -> Ruling:
    """A refusal of a stake, which stays and is told."""
    command = case.command
    data = {
        "round_id": command.round_id,
        "game_id": command.game_id,
        "stake": str(command.amount),
        "reason": refusal.code,
    }
    return Ruling(code=refusal.code, event_type=events.BET_REJECTED, event_data=data, is_granted=False)
