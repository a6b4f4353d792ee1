"""The frame of every money command: one id is decided once, in one transaction, with its news in the same commit."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from django.db import IntegrityError

from fragment_kit.contract.events import uuid7
from fragment_kit.events import outbox
from fragments.wallet import events
from fragments.wallet.commands import statements
from fragments.wallet.commands.answers import Answer, conflict, replayed
from fragments.wallet.commands.foresight import foresee
from fragments.wallet.commands.requests import MoneyCommand
from fragments.wallet.commands.rows import TransactionRow
from fragments.wallet.commands.unit_of_work import LineCursor, unit_of_work
from fragments.wallet.ledger import LedgerBroken

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.backends.utils import CursorWrapper

    from fragments.wallet.commands.requests import Who
    from fragments.wallet.commands.rows import LockedWallet, RoundRow, StoredDecision
    from fragments.wallet.ledger import Code, Effect

C = TypeVar("C", bound=MoneyCommand)
C_co = TypeVar("C_co", bound=MoneyCommand, covariant=True)
TOMBSTONE: Final = "tombstone"
TAKING: Final = frozenset({"bet", "bet_win", "hold"})
"""Commands that take money, so that something can overtake them."""
TRIES: Final = 3
QUICK: Final = frozenset({"bet", "bet_win", "win"})
"""The commands of a round, which are short of time and use no ORM."""


class BadCommand(Exception):
    """The command contradicts itself or the ledger; nothing is written, and the sentence says what is wrong."""


@dataclass(frozen=True, slots=True)
class Case(Generic[C_co]):
    """A command on the table: its locked wallet, and the cursor of its transaction."""

    cursor: CursorWrapper
    command: C_co
    wallet: LockedWallet | None
    now: datetime
    id: UUID = field(default_factory=uuid7)

    @property
    def player_id(self) -> str | None:
        return self.wallet.holdings.player_id if self.wallet else self.command.who.player_id

    @property
    def balance(self) -> int | None:
        return self.wallet.holdings.playable if self.wallet else None

    def session_is_live(self) -> bool:
        """A provider that names the player by id vouches for the session; a token speaks for itself."""
        if self.wallet is None or self.command.who.token is None:
            return self.wallet is not None
        until_s = self.wallet.session_expires_at_s
        return until_s is not None and until_s > self.now.timestamp()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a command came to, ready to be written: `effect` None when nothing moves.

    `opens` is the round when this is the first that happens in it. `bet_id` is the transaction the ruling is about, and
    `closes` ends it also without an effect; `extra` goes into the answer and is repeated with it.
    """

    code: Code
    event_type: str
    event_data: Mapping[str, Any]
    effect: Effect | None = None
    is_granted: bool = True
    round_id: UUID | None = None
    opens: RoundRow | None = None
    bet_id: UUID | None = None
    closes: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


def decide_once(command: C, now: datetime, rule: Callable[[Case[C]], Ruling | Answer]) -> Answer:
    """Answer `command`: from the store when its id was decided before, else by `rule`, whose ruling is then kept.

    A rule that returns an Answer keeps nothing. Raises BadCommand.
    """
    for _ in range(TRIES):
        try:
            with unit_of_work(is_quick=command.kind in QUICK) as cursor:
                if isinstance(cursor, LineCursor):
                    foresee(cursor, command, token_digest(command.who.token) if command.who.token else None)
                return _decide(Case(cursor, command, find_wallet(cursor, command.who, command.provider), now), rule)
        except IntegrityError as error:
            # A command of another wallet took the id between our look and our write. It is committed now, and the
            # next look finds it.
            if not statements.is_about_id(error):
                raise
    raise LedgerBroken(f"{command.provider}/{command.transaction_id} is taken, and yet nobody has it")


def find_wallet(cursor: CursorWrapper, who: Who, provider: str, *, is_locked: bool = True) -> LockedWallet | None:
    """The wallet that `who` means, locked for a command; raises BadCommand when token and id name two players."""
    named = None
    if who.token is not None:
        named = statements.wallet_of_token(cursor, token_digest(who.token), provider, is_locked=is_locked)
    if named is None and who.player_id is not None:
        named = statements.wallet_of_player(cursor, who.player_id, is_locked=is_locked)
    if named is not None and who.player_id is not None and named.holdings.player_id != who.player_id:
        raise BadCommand("player_token and player_id name different players; send one of them")
    return named


def token_digest(token: str) -> str:
    """What is kept of a player token."""
    return hashlib.sha256(token.encode()).hexdigest()


def write_effect(case: Case[Any], effect: Effect, ruling: Ruling) -> None:
    """Write the lines, the wallet's new version and the round's new sums; the transaction's row follows."""
    if case.wallet is None:
        raise LedgerBroken("an effect without a wallet")
    statements.insert_entries(case.cursor, case.id, effect.postings)
    statements.update_wallet(case.cursor, case.wallet.id, effect.holdings)
    if effect.round is None:
        return
    if ruling.opens is not None:
        row = replace(ruling.opens, sums=effect.round)
        statements.open_round(case.cursor, row, provider=case.command.provider, wallet_id=case.wallet.id)
    elif ruling.round_id is not None:
        statements.update_round(case.cursor, ruling.round_id, effect.round)


def _decide(case: Case[C], rule: Callable[[Case[C]], Ruling | Answer]) -> Answer:
    command = case.command
    stored = statements.stored_decision(case.cursor, command.provider, command.transaction_id)
    if stored is not None:
        return _repeat(case, stored)
    ruling = rule(case)
    return ruling if isinstance(ruling, Answer) else keep(case, ruling)


def _repeat(case: Case[Any], stored: StoredDecision) -> Answer:
    command = case.command
    if stored.kind == TOMBSTONE and command.kind in TAKING:
        # The tombstone keeps the answer that its late bet will get; a bet's content is not known to it.
        return Answer(**_tombstone_fields(stored.response, command.transaction_id))
    if stored.fingerprint != _fingerprint(case):
        return conflict(command.transaction_id, balance=case.balance)
    return replayed(stored.response, current_balance=case.balance)


def _tombstone_fields(response: str, transaction_id: str) -> dict[str, Any]:
    kept = replayed(response, current_balance=None)
    return {"status": kept.status, "code": kept.code, "transaction_id": transaction_id, "balance": kept.balance}


def keep(case: Case[Any], ruling: Ruling) -> Answer:
    """Write a ruling: lines, wallet, round, the sealed transaction with its answer, and the event."""
    command, effect = case.command, ruling.effect
    if effect is not None:
        write_effect(case, effect, ruling)
    answer = Answer(
        status="OK" if ruling.is_granted else "REJECTED",
        code=ruling.code,
        transaction_id=command.transaction_id,
        balance=effect.holdings.playable if effect else case.balance,
        extra=ruling.extra,
    )
    row = TransactionRow(
        id=case.id,
        kind=command.kind,
        provider=command.provider,
        provider_tx_id=command.transaction_id,
        fingerprint=_fingerprint(case),
        wallet_id=case.wallet.id if case.wallet else None,
        amount=effect.amount if effect else command.amount,
        amount_bonus=effect.amount_bonus if effect else 0,
        outcome="OK" if effect else "NOOP" if ruling.is_granted else "REJECTED",
        code=ruling.code,
        response=answer.stored(),
        created_at=case.now,
        round_id=ruling.round_id,
        bet_id=ruling.bet_id,
        closes_id=ruling.bet_id if ruling.closes or (effect and effect.closes) else None,
        wallet_version=effect.holdings.version if effect else None,
    )
    statements.seal(case.cursor, row)
    outbox.append(events.of_case(case, ruling), aggregatetype=events.AGGREGATE, cursor=case.cursor)
    return answer


def _fingerprint(case: Case[Any]) -> str:
    player_id = case.player_id
    if player_id is None:
        player_id = f"token:{token_digest(case.command.who.token or '')}"
    fingerprint: str = case.command.fingerprint(player_id)
    return fingerprint
