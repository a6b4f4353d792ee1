"""Finds the bet that a win or a rollback names, and refuses a name that means something else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from fragments.wallet.commands import statements
from fragments.wallet.commands.case import TOMBSTONE, BadCommand
from fragments.wallet.ledger import Bet, ClosedBy, RoundSums

if TYPE_CHECKING:
    from uuid import UUID

    from fragments.wallet.commands.case import Case


# A posted hold is a bet from then on; a bet with its win is one that is over.
BETS: Final = frozenset({"bet", "bet_win", "hold_post"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedBet:
    """A bet of this wallet. `is_tombstone`: only its rollback is known; `was_refused`: it never had an effect."""

    id: UUID
    bet: Bet
    sums: RoundSums = field(default_factory=RoundSums)
    round_id: UUID | None = None
    round_name: str = ""
    game_id: str = ""
    category: str = ""
    is_tombstone: bool = False
    was_refused: bool = False


def named_bet(case: Case[Any], bet_transaction_id: str, round_name: str | None) -> NamedBet | None:
    """The bet under this id, or None when there is none, or it is another player's.

    Raises:
        BadCommand: the id belongs to something that is not a bet, or the bet was placed in another round.

    """
    row = statements.bet(case.cursor, case.command.provider, bet_transaction_id)
    if row is None:
        return None
    if row.kind == TOMBSTONE:
        return NamedBet(id=row.id, bet=Bet(stake=0), is_tombstone=True)
    if row.kind not in BETS:
        raise BadCommand(f"bet_transaction_id {bet_transaction_id!r} is a {row.kind}, not a bet")
    if case.wallet is None or row.wallet_id != case.wallet.id:
        return None
    closed_by = "win" if row.kind == "bet_win" else cast("ClosedBy | None", row.closed_by)
    bet = Bet(stake=row.amount, bonus=row.amount_bonus, closed_by=closed_by, has_wins=row.has_wins)
    found = statements.round_of_bet(case.cursor, row.id)
    if found is None:
        return NamedBet(id=row.id, bet=bet, was_refused=True)
    if round_name is not None and round_name != found.provider_round_id:
        raise BadCommand(f"round_id is {round_name!r}, but the bet was placed in {found.provider_round_id!r}")
    return NamedBet(
        id=row.id,
        bet=bet,
        sums=found.sums,
        round_id=found.id,
        round_name=found.provider_round_id,
        game_id=found.game_id,
        category=found.category,
    )
