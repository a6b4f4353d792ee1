"""Decides what the house gives: play money, bonuses with their end, and prizes."""

from __future__ import annotations

from dataclasses import dataclass

from fragments.wallet.ledger.books import (
    MINT,
    PROMO,
    Decision,
    Effect,
    Holdings,
    Nothing,
    Refusal,
    fits,
    lines,
    prizes,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A bonus that was given; `is_over` once it was converted or forfeited."""

    amount: int
    is_over: bool


def decide_top_up(holdings: Holdings, amount: int, *, float_minor: int) -> Decision:
    """Mint play money, but never above the starting float."""
    if holdings.cash + holdings.held + amount > float_minor:
        return Refusal("ABOVE_FLOAT")
    return _to_cash(holdings, amount, other=MINT)


def decide_prize(holdings: Holdings, amount: int, *, tournament_id: str) -> Decision:
    """Pay a prize in cash."""
    if not fits(holdings, amount):
        return Refusal("BAD_REQUEST")
    return _to_cash(holdings, amount, other=prizes(tournament_id))


def decide_grant(holdings: Holdings, amount: int) -> Decision:
    """Give a bonus."""
    if not fits(holdings, amount):
        return Refusal("BAD_REQUEST")
    step = lines(holdings, bonus=amount, other=PROMO)
    return Effect(holdings=step.holdings, postings=step.postings, amount=amount, amount_bonus=amount)


def decide_convert(holdings: Holdings, *, grant: Grant) -> Decision | Nothing:
    """Make a grant the player's own, as far as it is still there."""
    return _end(holdings, grant, to_cash=True)


def decide_forfeit(holdings: Holdings, *, grant: Grant) -> Decision | Nothing:
    """Take a grant back, as far as it is still there."""
    return _end(holdings, grant, to_cash=False)


def _end(holdings: Holdings, grant: Grant, *, to_cash: bool) -> Decision | Nothing:
    if grant.is_over:
        return Refusal("GRANT_ALREADY_RESOLVED")
    left = min(grant.amount, holdings.bonus)
    if not left:
        return Nothing()
    step = lines(holdings, cash=left if to_cash else 0, bonus=-left, other=PROMO)
    return Effect(holdings=step.holdings, postings=step.postings, amount=left, amount_bonus=left, closes=True)


def _to_cash(holdings: Holdings, amount: int, *, other: str) -> Effect:
    step = lines(holdings, cash=amount, other=other)
    return Effect(holdings=step.holdings, postings=step.postings, amount=amount)
