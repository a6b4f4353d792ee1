"""Decides what a command does to a wallet: plain values in, postings that sum to zero or a refusal out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from fragments.wallet.money import BALANCE_MAX

Code = Literal[
    "OK",
    "NO_FUNDS",
    "NO_SESSION",
    "BET_NOT_FOUND",
    "ROUND_ALREADY_SETTLED",
    "ROLLED_BACK_BEFORE_ARRIVAL",
    "NOOP_TOMBSTONED",
    "IDEMPOTENCY_CONFLICT",
    "BAD_SIGNATURE",
    "BAD_REQUEST",
    "ABOVE_FLOAT",
    "UNAVAILABLE",
]
RoundState = Literal["OPEN", "SETTLED", "VOIDED"]
ClosedBy = Literal["win", "rollback"]

MINT: Final = "mint"


class LedgerBroken(Exception):
    """A rule of book-keeping would be broken; a bug of ours, never a player's mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What a player owns, and after how many effective commands; amounts in minor units."""

    player_id: str
    cash: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSums:
    """What a round holds for one player."""

    state: RoundState = "OPEN"
    staked: int = 0
    won: int = 0
    open_bets: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bet:
    """An accepted bet that a win or a rollback is about."""

    stake: int
    closed_by: ClosedBy | None = None
    has_wins: bool = False


@dataclass(frozen=True, slots=True)
class Posting:
    """One signed line; the player's side also says where it led."""

    account: str
    amount: int
    balance_after: int | None = None
    wallet_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A command that counts: the wallet as it is afterwards, why, and the round with it."""

    holdings: Holdings
    postings: tuple[Posting, ...]
    round: RoundSums | None = None
    closes_bet: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command that changes nothing, for a reason that stays."""

    code: Code


@dataclass(frozen=True, slots=True)
class Nothing:
    """A rollback whose bet has no effect to undo: granted, and nothing moves."""


Decision = Effect | Refusal


def decide_bet(holdings: Holdings, stake: int, *, provider: str, sums: RoundSums, session_is_live: bool) -> Decision:
    """Take the stake from the player's cash, if there is a session, an open round and enough money."""
    if not session_is_live:
        return Refusal("NO_SESSION")
    if sums.state != "OPEN":
        return Refusal("ROUND_ALREADY_SETTLED")
    if stake > holdings.cash:
        return Refusal("NO_FUNDS")
    after = replace(sums, staked=sums.staked + stake, open_bets=sums.open_bets + 1)
    return _moved(holdings, -stake, other=house(provider), sums=after)


def decide_win(
    holdings: Holdings, win: int, *, provider: str, bet: Bet, sums: RoundSums, round_closed: bool | None
) -> Decision:
    """Pay what a bet won, also nothing.

    `round_closed` False keeps the bet open for more wins, True ends the round whatever else is open in it, None ends
    the round with its last open bet.
    """
    if bet.closed_by == "rollback":
        return Refusal("ROLLED_BACK_BEFORE_ARRIVAL")
    if bet.closed_by == "win":
        return Refusal("ROUND_ALREADY_SETTLED")
    if holdings.cash + win > BALANCE_MAX:
        return Refusal("BAD_REQUEST")
    closes_bet = round_closed is not False
    open_bets = sums.open_bets - 1 if closes_bet else sums.open_bets
    is_over = round_closed is True or (closes_bet and open_bets == 0)
    state: RoundState = "SETTLED" if is_over else sums.state
    after = replace(sums, won=sums.won + win, open_bets=open_bets, state=state)
    return _moved(holdings, win, other=house(provider), sums=after, closes_bet=closes_bet)


def decide_rollback(
    holdings: Holdings, *, provider: str, bet: Bet, sums: RoundSums, round_closed: bool
) -> Decision | Nothing:
    """Give a stake back exactly; never after a win, and never twice."""
    if bet.closed_by == "rollback":
        return Nothing()
    if bet.closed_by == "win" or bet.has_wins or sums.state != "OPEN":
        return Refusal("ROUND_ALREADY_SETTLED")
    open_bets = sums.open_bets - 1
    is_void = round_closed and open_bets == 0 and sums.staked == bet.stake and sums.won == 0
    state: RoundState = "VOIDED" if is_void else "OPEN"
    after = replace(sums, staked=sums.staked - bet.stake, open_bets=open_bets, state=state)
    return _moved(holdings, bet.stake, other=house(provider), sums=after, closes_bet=True)


def decide_top_up(holdings: Holdings, amount: int, *, float_minor: int) -> Decision:
    """Mint play money, but never above the starting float."""
    if holdings.cash + amount > float_minor:
        return Refusal("ABOVE_FLOAT")
    return _moved(holdings, amount, other=MINT)


def house(provider: str) -> str:
    """The account that takes stakes and pays wins; it is only appended to, so it is nobody's bottleneck."""
    return f"house:{provider}"


def cash(player_id: str) -> str:
    """The account of a player's own money."""
    return f"player:{player_id}:cash"


def multiplier_bp(win: int, stake: int) -> int:
    """The return multiple in basis points, rounded down: 250 on 100 is 25,000."""
    return win * 10_000 // stake


def check_zero_sum(postings: tuple[Posting, ...]) -> None:
    """Raise LedgerBroken unless the postings are none at all, or two and more that cancel out."""
    if postings and (len(postings) < 2 or sum(posting.amount for posting in postings) != 0):  # noqa: PLR2004
        raise LedgerBroken(f"postings do not cancel out: {postings}")


def _moved(
    holdings: Holdings, amount: int, *, other: str, sums: RoundSums | None = None, closes_bet: bool = False
) -> Effect:
    """Move `amount` to the player from `other` (negative: from the player); zero moves nothing but counts."""
    after = replace(holdings, cash=holdings.cash + amount, version=holdings.version + 1)
    if after.cash < 0:
        raise LedgerBroken(f"{holdings.player_id} would own {after.cash}")
    postings: tuple[Posting, ...] = ()
    if amount:
        postings = (
            Posting(cash(holdings.player_id), amount, balance_after=after.cash, wallet_version=after.version),
            Posting(other, -amount),
        )
    check_zero_sum(postings)
    return Effect(holdings=after, postings=postings, round=sums, closes_bet=closes_bet)
