"""Runs commands beside the event loop: one thread where the database takes one writer, several where it takes more."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from django.db import InterfaceError, OperationalError, close_old_connections, connection

from fragments.wallet.commands.answers import Answer
from fragments.wallet.commands.bet import place_bet
from fragments.wallet.commands.case import BadCommand
from fragments.wallet.commands.gifts import end_bonus, grant_bonus, pay_prize
from fragments.wallet.commands.hold import place_hold, post_hold, void_hold
from fragments.wallet.commands.instant import bet_and_settle
from fragments.wallet.commands.opening import Authenticate, authenticate, balance_of
from fragments.wallet.commands.requests import (
    BetAndSettle,
    ConvertBonus,
    ForfeitBonus,
    GrantBonus,
    PayPrize,
    PlaceBet,
    PlaceHold,
    PostHold,
    RollBackBet,
    SettleBet,
    VoidHold,
)
from fragments.wallet.commands.rollback import roll_back_bet
from fragments.wallet.commands.win import settle_bet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from fragments.wallet.provider.operations import Command

# Measured on two cores: six threads answer a seventh more bets, but the slowest hundredth then waits 50 to 70 ms.
SERVER_THREADS: Final = 3


# Each command's own module decides it; looked up by type, for a bet with its win is a bet too.
_DECIDE: Final[Mapping[type, Callable[..., Answer]]] = {
    PlaceBet: place_bet,
    BetAndSettle: bet_and_settle,
    SettleBet: settle_bet,
    RollBackBet: roll_back_bet,
    PlaceHold: place_hold,
    PostHold: post_hold,
    VoidHold: void_hold,
    GrantBonus: grant_bonus,
    ConvertBonus: end_bonus,
    ForfeitBonus: end_bonus,
    PayPrize: pay_prize,
}


def handle(operation: str, command: Command, now: datetime) -> Answer:
    """Decide one command; raises BadCommand."""
    if isinstance(command, Authenticate):
        return balance_of(command) if operation == "balance" else authenticate(command, now=now)
    return _DECIDE[type(command)](command, now=now)


class Desk:
    """The threads that hold the command connections; made at the first command, when settings are known."""

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None

    async def decide(self, operation: str, command: Command, now: datetime) -> Answer:
        """Answer a command after its commit; an unreachable database is answered UNAVAILABLE. Raises BadCommand.

        A caller that gives up does not stop a command that has begun: it commits, and its id is answered from store.
        """
        if self._threads is None:
            self._threads = ThreadPoolExecutor(max_workers=_threads(), thread_name_prefix="command")
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._threads, _decide, operation, command, now))


def _decide(operation: str, command: Command, now: datetime) -> Answer:
    try:
        close_old_connections()
        return handle(operation, command, now)
    except (OperationalError, InterfaceError):
        connection.close()
        transaction_id = None if isinstance(command, Authenticate) else command.transaction_id
        return Answer(status="ERROR", code="UNAVAILABLE", transaction_id=transaction_id)


def _threads() -> int:
    return SERVER_THREADS if connection.vendor == "postgresql" else 1


__all__ = ["BadCommand", "Desk", "handle"]
