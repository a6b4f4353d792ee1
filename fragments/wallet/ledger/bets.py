"""Decides bets, wins and rollbacks: plain values in, postings that sum to zero or a refusal out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from fragments.wallet.ledger.books import (
    Decision,
    Effect,
    Holdings,
    Nothing,
    Refusal,
    RoundState,
    RoundSums,
    fits,
    house,
    lines,
)

ClosedBy = Literal["win", "rollback"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bet:
    """An accepted bet that a win or a rollback is about; `bonus` is the part of `stake` in bonus money."""

    stake: int
    bonus: int = 0
    closed_by: ClosedBy | None = None
    has_wins: bool = False


def split_stake(holdings: Holdings, stake: int) -> tuple[int, int]:
    """Cash first, then bonus: how a stake is taken from what may be staked."""
    from_cash = min(stake, holdings.cash)
    return from_cash, stake - from_cash


def split_win(win: int, *, stake: int, bonus: int) -> tuple[int, int]:
    """Cash and bonus part of a win, in the proportion of the stake; the remainder of the division goes to cash."""
    to_bonus = win * bonus // stake
    return win - to_bonus, to_bonus


def decide_bet(holdings: Holdings, stake: int, *, provider: str, sums: RoundSums, session_is_live: bool) -> Decision:
    """Take the stake, cash first, if there is a session, an open round and enough money."""
    if not session_is_live:
        return Refusal("NO_SESSION")
    if sums.state != "OPEN":
        return Refusal("ROUND_ALREADY_SETTLED")
    if stake > holdings.playable:
        return Refusal("NO_FUNDS")
    from_cash, from_bonus = split_stake(holdings, stake)
    step = lines(holdings, cash=-from_cash, bonus=-from_bonus, other=house(provider))
    after = RoundSums(state="OPEN", staked=sums.staked + stake, won=sums.won, open_bets=sums.open_bets + 1)
    return Effect(holdings=step.holdings, postings=step.postings, amount=stake, amount_bonus=from_bonus, round=after)


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
    if not fits(holdings, win):
        return Refusal("BAD_REQUEST")
    to_cash, to_bonus = split_win(win, stake=bet.stake, bonus=bet.bonus)
    step = lines(holdings, cash=to_cash, bonus=to_bonus, other=house(provider))
    return Effect(
        holdings=step.holdings,
        postings=step.postings,
        amount=win,
        amount_bonus=to_bonus,
        round=_after_win(sums, win, round_closed=round_closed),
        closes=round_closed is not False,
    )


def decide_bet_and_settle(
    holdings: Holdings,
    stake: int,
    win: int,
    *,
    provider: str,
    sums: RoundSums,
    session_is_live: bool,
    round_closed: bool | None,
) -> Decision:
    """Take a stake and pay its win as one command: one version, one transaction with both pairs of lines."""
    placed = decide_bet(holdings, stake, provider=provider, sums=sums, session_is_live=session_is_live)
    if isinstance(placed, Refusal) or placed.round is None:
        return placed
    bet = Bet(stake=stake, bonus=placed.amount_bonus)
    between = replace(placed.holdings, version=holdings.version)
    paid = decide_win(between, win, provider=provider, bet=bet, sums=placed.round, round_closed=round_closed)
    if isinstance(paid, Refusal):
        return paid
    postings = placed.postings + paid.postings
    return replace(placed, holdings=paid.holdings, postings=postings, round=paid.round)


def decide_rollback(
    holdings: Holdings, *, provider: str, bet: Bet, sums: RoundSums, round_closed: bool
) -> Decision | Nothing:
    """Give a stake back exactly, in the parts it was taken in; never after a win, and never twice."""
    if bet.closed_by == "rollback":
        return Nothing()
    if bet.closed_by == "win" or bet.has_wins or sums.state != "OPEN":
        return Refusal("ROUND_ALREADY_SETTLED")
    open_bets = sums.open_bets - 1
    is_void = round_closed and open_bets == 0 and sums.staked == bet.stake and sums.won == 0
    state: RoundState = "VOIDED" if is_void else "OPEN"
    step = lines(holdings, cash=bet.stake - bet.bonus, bonus=bet.bonus, other=house(provider))
    return Effect(
        holdings=step.holdings,
        postings=step.postings,
        amount=bet.stake,
        amount_bonus=bet.bonus,
        round=replace(sums, staked=sums.staked - bet.stake, open_bets=open_bets, state=state),
        closes=True,
    )


def multiplier_bp(win: int, stake: int) -> int:
    """The return multiple in basis points, rounded down: 250 on 100 is 25,000."""
    return win * 10_000 // stake


def _after_win(sums: RoundSums, win: int, *, round_closed: bool | None) -> RoundSums:
    closes_bet = round_closed is not False
    open_bets = sums.open_bets - 1 if closes_bet else sums.open_bets
    is_over = round_closed is True or (closes_bet and open_bets == 0)
    state: RoundState = "SETTLED" if is_over else sums.state
    return RoundSums(state=state, staked=sums.staked, won=sums.won + win, open_bets=open_bets)
