"""Which campaigns exist: plain words and significant terms, one product type each, wagering never above ten times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Vertical = Literal["slots", "live", "tables"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One campaign that comes again every `runs_days`; `max_bet` is in CHIP minor units."""

    slug: str
    terms_version: int
    title: str
    summary: str
    vertical: Vertical
    wagering_x: int
    max_bet: int
    runs_days: int
    opt_in_closes_h: int
    eligible_categories: tuple[str, ...]


CAMPAIGNS = (
    Campaign(
        slug="ten-first-spins",
        terms_version=3,
        title="Ten spins on new slots",
        summary="Opt in and get 10 spins worth 0.20 each on any game in the New row. "
        "What they win is staked 5 times before it joins your balance. Stakes up to 2.00 count.",
        vertical="slots",
        wagering_x=5,
        max_bet=200,
        runs_days=14,
        opt_in_closes_h=24,
        eligible_categories=("new",),
    ),
    Campaign(
        slug="slow-week",
        terms_version=1,
        title="A slow week of slots",
        summary="Stake 20.00 on slots within the week and 5.00 is added once, free of wagering. "
        "Stakes up to 1.00 count; losses are not refunded.",
        vertical="slots",
        wagering_x=0,
        max_bet=100,
        runs_days=7,
        opt_in_closes_h=24,
        eligible_categories=("slots",),
    ),
    Campaign(
        slug="jackpot-seat",
        terms_version=2,
        title="A seat at the jackpot games",
        summary="Five spins worth 1.00 each on any jackpot game, one set for each player. "
        "Winnings are staked 10 times first. The pools are play money like everything here.",
        vertical="slots",
        wagering_x=10,
        max_bet=500,
        runs_days=10,
        opt_in_closes_h=48,
        eligible_categories=("jackpots",),
    ),
    Campaign(
        slug="scratch-and-share",
        terms_version=1,
        title="Three instant tickets",
        summary="Three tickets worth 0.50 each on instant games. Anything they win is yours at once, "
        "without wagering. One set for each player; unused tickets end with the offer.",
        vertical="slots",
        wagering_x=0,
        max_bet=50,
        runs_days=5,
        opt_in_closes_h=6,
        eligible_categories=("instant",),
    ),
    Campaign(
        slug="first-evening-live",
        terms_version=4,
        title="Your first evening at a live table",
        summary="Play ten rounds at any live table and 4.00 is added once. It is staked 3 times before it "
        "joins your balance. Rounds of up to 10.00 count, whatever their result.",
        vertical="live",
        wagering_x=3,
        max_bet=1_000,
        runs_days=14,
        opt_in_closes_h=12,
        eligible_categories=("roulette", "blackjack", "baccarat"),
    ),
    Campaign(
        slug="terrace-roulette",
        terms_version=1,
        title="Roulette on the terrace",
        summary="Ten chips worth 0.50 for roulette, good on every wheel. What they win is staked twice first. "
        "The wheel does not remember: past numbers say nothing about the next.",
        vertical="live",
        wagering_x=2,
        max_bet=500,
        runs_days=7,
        opt_in_closes_h=12,
        eligible_categories=("roulette",),
    ),
    Campaign(
        slug="patient-blackjack",
        terms_version=2,
        title="Patient blackjack",
        summary="Thirty hands at stakes of 1.00 to 5.00 bring 3.00, once for each player. "
        "It is staked 4 times before it joins your balance. Take as many days as the offer runs.",
        vertical="tables",
        wagering_x=4,
        max_bet=500,
        runs_days=12,
        opt_in_closes_h=24,
        eligible_categories=("blackjack",),
    ),
    Campaign(
        slug="card-room-welcome",
        terms_version=1,
        title="Welcome to the card room",
        summary="Try three different card games and 2.00 is added, free of wagering. "
        "Stakes up to 2.00 count. Nothing is taken back if you stop after one.",
        vertical="tables",
        wagering_x=0,
        max_bet=200,
        runs_days=9,
        opt_in_closes_h=24,
        eligible_categories=("cards",),
    ),
)
