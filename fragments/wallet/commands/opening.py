"""Opens a wallet with the starting float, once, and hands providers a token for its player."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import connection, transaction

from fragment_kit.contract.events import uuid7
from fragment_kit.events import outbox
from fragments.wallet import events
from fragments.wallet.care import gate
from fragments.wallet.commands import statements
from fragments.wallet.commands.answers import Answer
from fragments.wallet.commands.case import Case, find_wallet, keep, token_digest
from fragments.wallet.commands.requests import OWN, TopUp, Who
from fragments.wallet.commands.top_up import rule_top_up
from fragments.wallet.ledger import LedgerBroken
from fragments.wallet.money import CURRENCY

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.backends.utils import CursorWrapper

    from fragments.wallet.commands.rows import LockedWallet

HOUR_S: Final = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticate:
    """A provider asks for a token for a player."""

    provider: str
    who: Who


def open_wallet(player_id: str, *, now: datetime) -> None:
    """Make sure that the player has a wallet; the first call mints the starting float, the others do nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        if statements.wallet_of_player(cursor, player_id) is None:
            _open(cursor, player_id, now)


def authenticate(command: Authenticate, *, now: datetime) -> Answer:
    """Answer a fresh `player_token`; opens the wallet first where settings allow that. Raises BadCommand."""
    with transaction.atomic(), connection.cursor() as cursor:
        wallet = find_wallet(cursor, command.who, command.provider)
        player_id = command.who.player_id
        if wallet is None and player_id is not None and settings.OPENS_UNKNOWN_PLAYERS:
            wallet = _open(cursor, player_id, now)
        if wallet is None:
            return Answer(status="REJECTED", code="NO_SESSION")
        refusal = gate.refusal_of_session(cursor, wallet, now)
        if refusal is not None:
            return Answer(status="REJECTED", code=refusal, balance=wallet.holdings.playable)
        gate.note_session(cursor, wallet, now)
        token = _new_session(cursor, wallet, command.provider, now)
    extra = {"player_id": wallet.holdings.player_id, "player_token": token}
    return Answer(status="OK", code="OK", balance=wallet.holdings.playable, extra=extra)


def balance_of(command: Authenticate) -> Answer:
    """Answer the current balance; a read, so an expired token is good enough. Raises BadCommand."""
    with connection.cursor() as cursor:
        wallet = find_wallet(cursor, command.who, command.provider, is_locked=False)
    if wallet is None:
        return Answer(status="REJECTED", code="NO_SESSION")
    return Answer(status="OK", code="OK", balance=wallet.holdings.playable)


def _open(cursor: CursorWrapper, player_id: str, now: datetime) -> LockedWallet:
    wallet_id = uuid7()
    if statements.insert_wallet(cursor, wallet_id, player_id, CURRENCY, now):
        outbox.append(events.opened(wallet_id, player_id, now), aggregatetype=events.AGGREGATE)
        grant = TopUp(
            provider=OWN,
            transaction_id=f"float:{player_id}",
            who=Who(player_id=player_id),
            amount=settings.STARTING_FLOAT_MINOR,
        )
        case = Case(cursor, grant, statements.wallet_of_player(cursor, player_id), now)
        keep(case, rule_top_up(case, is_opening=True))
    opened = statements.wallet_of_player(cursor, player_id)
    if opened is None:
        raise LedgerBroken(f"the wallet of {player_id} was opened, and yet is not there")
    return opened


def _new_session(cursor: CursorWrapper, wallet: LockedWallet, provider: str, now: datetime) -> str:
    token = secrets.token_urlsafe(24)
    statements.insert_session(
        cursor,
        session_id=uuid7(),
        wallet_id=wallet.id,
        provider=provider,
        digest=token_digest(token),
        now=now,
        expires_at_s=int(now.timestamp()) + settings.PLAYER_TOKEN_HOURS * HOUR_S,
    )
    return token
