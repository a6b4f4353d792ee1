"""Asks at once, behind the wallet's lock, all that a round's command is going to look at: one wait in place of four."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fragments.wallet.care import state
from fragments.wallet.commands import statements
from fragments.wallet.commands.requests import MoneyCommand, PlaceBet, SettleBet
from fragments.wallet.money import CURRENCY

if TYPE_CHECKING:
    from fragments.wallet.commands.unit_of_work import LineCursor

_BY_PLAYER: Final = "(SELECT x.id FROM wallet_wallet x WHERE x.player_id = %s AND x.currency = %s)"
_BY_TOKEN: Final = "(SELECT x.wallet_id FROM wallet_playsession x WHERE x.token_digest = %s AND x.provider = %s)"  # noqa: S105
_ROUND_BY_BET: Final = "(SELECT round_id FROM wallet_ledgertransaction WHERE provider = %s AND provider_tx_id = %s)"


def _behind(sql: str, subselect: str) -> str:
    """The statement with its last mark, a wallet's id, found by the server itself."""
    head, _, tail = sql.rpartition("%s")
    return head + subselect + tail


_STATE: Final = {which: _behind(state.STATE, which) for which in (_BY_PLAYER, _BY_TOKEN)}
_ROUND: Final = {which: _behind(statements.ROUND_BY_NAME, which) for which in (_BY_PLAYER, _BY_TOKEN)}
_ROUND_OF_BET: Final = statements.ROUND_OF_BET.replace(statements.ROUND_OF_ID, _ROUND_BY_BET)


def foresee(cursor: LineCursor, command: MoneyCommand, digest: str | None) -> None:
    """Send the questions of a bet or a win; `digest` is that of the command's token."""
    who = command.who
    if (who.player_id is None) == (digest is None):
        return  # by both: which of them finds the wallet is decided when the first is read
    lock = statements.LOCK
    if digest is None:
        which, key, wallet = _BY_PLAYER, [who.player_id, CURRENCY], statements.WALLET_BY_PLAYER + lock
    else:
        which, key, wallet = _BY_TOKEN, [digest, command.provider], statements.WALLET_BY_TOKEN + lock
    # The lock first: each statement sees what was committed when it begins, so the others see what the lock waited for.
    cursor.foresee(wallet, key, instead_of=wallet)
    cursor.foresee(statements.STORED, [command.provider, command.transaction_id], instead_of=statements.STORED)
    _foresee_rest(cursor, command, which, key)


def _foresee_rest(cursor: LineCursor, command: MoneyCommand, which: str, key: list[Any]) -> None:
    if isinstance(command, PlaceBet):
        cursor.foresee(_STATE[which], key, instead_of=state.STATE)
        place = [command.provider, command.round_id]
        cursor.foresee(_ROUND[which], [*place, *key], instead_of=statements.ROUND_BY_NAME)
    elif isinstance(command, SettleBet):
        bet = [command.provider, command.bet_transaction_id]
        cursor.foresee(statements.BET, bet, instead_of=statements.BET)
        cursor.foresee(_ROUND_OF_BET, bet, instead_of=statements.ROUND_OF_BET)
