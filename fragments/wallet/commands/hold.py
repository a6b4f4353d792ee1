"""Holds money for a live table: set aside, then staked in whole or part, or given back, at the latest in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from fragment_kit.contract.events import uuid7
from fragments.wallet import events, ledger
from fragments.wallet.care import gate
from fragments.wallet.commands import hold_statements, statements
from fragments.wallet.commands.answers import Answer
from fragments.wallet.commands.bet import may_play, placed, refused
from fragments.wallet.commands.case import TOMBSTONE, BadCommand, Case, Ruling, decide_once
from fragments.wallet.commands.requests import PlaceHold, PostHold, VoidHold, Who
from fragments.wallet.commands.rollback import bury
from fragments.wallet.commands.rows import HoldRow, LockedWallet, RoundRow
from fragments.wallet.ledger import Effect, Hold, LedgerBroken, Nothing, Refusal, ResolvedBy, RoundSums

if TYPE_CHECKING:
    from datetime import datetime

EXPIRED_BATCH: Final = 100
EXPIRY: Final = "expiry:"


def place_hold(command: PlaceHold, *, now: datetime) -> Answer:
    """Decide a hold in one transaction; raises BadCommand."""
    return decide_once(command, now, _rule_hold)


def post_hold(command: PostHold, *, now: datetime) -> Answer:
    """Decide the posting of a hold in one transaction; raises BadCommand."""
    return decide_once(command, now, _rule_post)


def void_hold(command: VoidHold, *, now: datetime) -> Answer:
    """Decide the voiding of a hold in one transaction; raises BadCommand."""
    return decide_once(command, now, _rule_void)


def expire_holds(now: datetime) -> int:
    """Give back every hold whose time is over, each in a transaction of its own; returns how many."""
    with connection.cursor() as cursor:
        due = hold_statements.expired_holds(cursor, int(now.timestamp()), limit=EXPIRED_BATCH)
    for player_id, provider, hold_id in due:
        # The wallet's own word under the provider's name: no id of a provider can contain the space.
        name = f"{EXPIRY} {hold_id}"
        command = VoidHold(
            provider=provider, transaction_id=name, who=Who(player_id=player_id), hold_transaction_id=hold_id
        )
        decide_once(command, now, _rule_expiry)
    return len(due)


def _rule_hold(case: Case[PlaceHold]) -> Ruling:
    command, wallet = case.command, case.wallet
    refusal = may_play(case)
    if refusal is not None or wallet is None:
        return refused(case, refusal or Refusal("NO_SESSION"))
    decision = ledger.decide_hold(wallet.holdings, command.amount, session_is_live=True)
    if isinstance(decision, Refusal):
        return refused(case, decision)
    hold = Hold(amount=command.amount, expires_at_s=int(case.now.timestamp()) + command.ttl_s)
    place = {"round_id": command.round_id, "game_id": command.game_id, "category": command.category}
    row = HoldRow(id=case.id, wallet_id=wallet.id, hold=hold, **place)
    hold_statements.insert_hold(case.cursor, row, provider=command.provider)
    gate.note_bet(case.cursor, wallet, command.amount, case.now)
    data = {**_told(row, decision), **place, "expires_at_s": hold.expires_at_s}
    extra = {"held": str(decision.holdings.held), "expires_at_s": hold.expires_at_s}
    return Ruling(code="OK", event_type=events.HOLD_CREATED, event_data=data, effect=decision, extra=extra)


def _rule_post(case: Case[PostHold]) -> Ruling | Answer:
    command, wallet = case.command, case.wallet
    row = _named(case, command.hold_transaction_id)
    if row is None or wallet is None:
        # Not kept: a post that overtook its hold is sent again.
        return Answer(
            status="REJECTED", code="HOLD_NOT_FOUND", transaction_id=command.transaction_id, balance=case.balance
        )
    found = statements.round_by_name(case.cursor, command.provider, row.round_id, wallet.id)
    decision = ledger.decide_post(
        wallet.holdings,
        command.amount,
        provider=command.provider,
        hold=row.hold,
        sums=found.sums if found else RoundSums(),
        now_s=case.now.timestamp(),
    )
    if isinstance(decision, Effect):
        return _posted(case, decision, row, wallet, found)
    if decision.code == "BAD_REQUEST":
        raise BadCommand(f"amount is {command.amount}, but only {row.hold.amount} is held")
    return _refused(case, decision, row)


def _posted(case: Case[PostHold], effect: Effect, row: HoldRow, wallet: LockedWallet, found: RoundRow | None) -> Ruling:
    command = case.command
    in_round = found or RoundRow(uuid7(), row.round_id, row.game_id, row.category, RoundSums())
    _resolve(case, row, "POSTED")
    if rest := row.hold.amount - command.amount:
        gate.note_rollback(case.cursor, wallet, rest, now=case.now, bet_id=row.id)
    data = {
        **placed(case, effect, row.round_id, in_round),
        **_told(row, effect),
        "posted_amount": str(command.amount),
        "released": str(rest),
    }
    return Ruling(
        code="OK",
        event_type=events.HOLD_POSTED,
        event_data=data,
        effect=effect,
        round_id=in_round.id,
        opens=None if found else in_round,
        bet_id=row.id,
        extra={"held": str(effect.holdings.held)},
    )


def _rule_void(case: Case[VoidHold]) -> Ruling | Answer:
    return _give_back(case, "VOIDED", events.HOLD_VOIDED)


def _rule_expiry(case: Case[VoidHold]) -> Ruling | Answer:
    return _give_back(case, "EXPIRED", events.HOLD_EXPIRED)


def _give_back(case: Case[VoidHold], resolved_by: ResolvedBy, event_type: str) -> Ruling | Answer:
    command, wallet = case.command, case.wallet
    if command.hold_transaction_id == command.transaction_id:
        raise BadCommand("hold_transaction_id is the command's own transaction_id; give the voiding an id of its own")
    row = _named(case, command.hold_transaction_id)
    if row is None or wallet is None:
        return _never_held(case)
    decision = ledger.decide_void(wallet.holdings, hold=row.hold)
    if isinstance(decision, Refusal):
        return _refused(case, decision, row)
    if isinstance(decision, Nothing):
        data = {"bet_provider_tx_id": command.hold_transaction_id}
        return Ruling(code="OK", event_type=events.ROLLBACK_TOMBSTONED, event_data=data, bet_id=row.id)
    _resolve(case, row, resolved_by)
    gate.note_rollback(case.cursor, wallet, row.hold.amount, now=case.now, bet_id=row.id)
    data = _told(row, decision)
    extra = {"held": str(decision.holdings.held)}
    return Ruling(code="OK", event_type=event_type, event_data=data, effect=decision, bet_id=row.id, extra=extra)


def _never_held(case: Case[VoidHold]) -> Ruling | Answer:
    """A voiding without a hold: it overtook it, or the hold was refused, or it is none of this caller's business."""
    command = case.command
    stored = statements.stored_decision(case.cursor, command.provider, command.hold_transaction_id)
    data = {"bet_provider_tx_id": command.hold_transaction_id}
    if stored is None and not bury(case, command.hold_transaction_id):
        stored = statements.stored_decision(case.cursor, command.provider, command.hold_transaction_id)
    if stored is None or stored.kind == TOMBSTONE:
        return Ruling(code="NOOP_TOMBSTONED", event_type=events.ROLLBACK_TOMBSTONED, event_data=data)
    if stored.kind == "hold" and stored.wallet_id is not None and stored.wallet_id == _wallet_id(case):
        return Ruling(code="OK", event_type=events.ROLLBACK_TOMBSTONED, event_data=data)
    return Answer(status="REJECTED", code="HOLD_NOT_FOUND", transaction_id=command.transaction_id, balance=case.balance)


def _wallet_id(case: Case[Any]) -> object:
    return case.wallet.id if case.wallet else None


def _named(case: Case[Any], hold_transaction_id: str) -> HoldRow | None:
    """The hold of this wallet under this id."""
    stored = statements.stored_decision(case.cursor, case.command.provider, hold_transaction_id)
    row = None if stored is None else hold_statements.hold(case.cursor, stored.id)
    return row if row is not None and case.wallet is not None and row.wallet_id == case.wallet.id else None


def _resolve(case: Case[Any], row: HoldRow, resolved_by: ResolvedBy) -> None:
    if not hold_statements.resolve_hold(case.cursor, row.id, resolved_by):
        raise LedgerBroken(f"hold {row.id} was resolved while its wallet was locked")


def _told(row: HoldRow, effect: Effect) -> dict[str, Any]:
    holdings = effect.holdings
    return {
        "hold_id": str(row.id),
        "table_id": row.game_id,
        "round_id": row.round_id,
        "amount": str(row.hold.amount),
        "cash_after": str(holdings.cash),
        "bonus_after": str(holdings.bonus),
        "held_after": str(holdings.held),
    }


def _refused(case: Case[Any], refusal: Refusal, row: HoldRow) -> Ruling:
    data = {"operation": case.command.kind, "amount": str(row.hold.amount), "reason": refusal.code}
    return Ruling(
        code=refusal.code, event_type=events.COMMAND_REFUSED, event_data=data, is_granted=False, bet_id=row.id
    )
