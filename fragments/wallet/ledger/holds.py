"""Decides holds: money set aside for a table, which is then staked in whole or part, or given back, exactly once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from fragments.wallet.ledger.books import Decision, Effect, Holdings, Nothing, Refusal, RoundSums, house, lines

ResolvedBy = Literal["POSTED", "VOIDED", "EXPIRED"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Money set aside: `expires_at_s` is the Unix time after which it can only go back."""

    amount: int
    expires_at_s: int
    resolved_by: ResolvedBy | None = None


def decide_hold(holdings: Holdings, amount: int, *, session_is_live: bool) -> Decision:
    """Set cash aside; bonus money is for games that decide at once."""
    if not session_is_live:
        return Refusal("NO_SESSION")
    if amount > holdings.cash:
        return Refusal("NO_FUNDS")
    step = lines(holdings, cash=-amount, held=amount)
    return Effect(holdings=step.holdings, postings=step.postings, amount=amount)


def decide_post(
    holdings: Holdings, amount: int, *, provider: str, hold: Hold, sums: RoundSums, now_s: float
) -> Decision:
    """Stake `amount` of a hold, at most all of it, and give the rest back; from then on it is a bet like any other."""
    if hold.resolved_by is not None:
        return Refusal("HOLD_ALREADY_RESOLVED")
    if now_s >= hold.expires_at_s:
        return Refusal("HOLD_EXPIRED")
    if sums.state != "OPEN":
        return Refusal("ROUND_ALREADY_SETTLED")
    if amount > hold.amount:
        return Refusal("BAD_REQUEST")
    step = lines(holdings, cash=hold.amount - amount, held=-hold.amount, other=house(provider))
    after = replace(sums, staked=sums.staked + amount, open_bets=sums.open_bets + 1)
    return Effect(holdings=step.holdings, postings=step.postings, amount=amount, round=after, closes=True)


def decide_void(holdings: Holdings, *, hold: Hold) -> Decision | Nothing:
    """Give a hold back; once given back it stays so, and once staked it is no longer a hold."""
    if hold.resolved_by == "POSTED":
        return Refusal("HOLD_ALREADY_RESOLVED")
    if hold.resolved_by is not None:
        return Nothing()
    step = lines(holdings, cash=hold.amount, held=-hold.amount)
    return Effect(holdings=step.holdings, postings=step.postings, amount=hold.amount, closes=True)
