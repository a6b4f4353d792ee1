"""Which live tables exist: the part of the tables feed that does not move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Game = Literal["roulette", "blackjack", "baccarat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePlan:
    """One table: `min_bet` and `max_bet` in CHIP minor units, `round_s` from one result to the next."""

    provider: str
    table_id: str
    name: str
    game: Game
    seats_total: int
    min_bet: int
    max_bet: int
    round_s: int


def _plan(provider: str, table_id: str, name: str, game: Game, bets: tuple[int, int]) -> TablePlan:
    seats_total, round_s = {"roulette": (40, 38), "blackjack": (7, 32), "baccarat": (14, 27)}[game]
    return TablePlan(
        provider=provider,
        table_id=table_id,
        name=name,
        game=game,
        seats_total=seats_total,
        min_bet=bets[0],
        max_bet=bets[1],
        round_s=round_s,
    )


NORTHLIGHT, MERIDIAN = "Northlight Live", "Salon Meridian"

TABLE_PLANS = (
    _plan(NORTHLIGHT, "nl-roulette-1", "Velvet Roulette", "roulette", (50, 50_000)),
    _plan(NORTHLIGHT, "nl-roulette-2", "Harbour Roulette", "roulette", (100, 100_000)),
    _plan(NORTHLIGHT, "nl-blackjack-1", "Juniper Blackjack", "blackjack", (500, 50_000)),
    _plan(NORTHLIGHT, "nl-blackjack-2", "Copper Blackjack", "blackjack", (1_000, 100_000)),
    _plan(NORTHLIGHT, "nl-baccarat-1", "Lantern Baccarat", "baccarat", (200, 75_000)),
    _plan(NORTHLIGHT, "nl-baccarat-2", "Quiet Room Baccarat", "baccarat", (2_500, 250_000)),
    _plan(MERIDIAN, "sm-roulette-1", "Roulette on the Terrace", "roulette", (50, 40_000)),
    _plan(MERIDIAN, "sm-roulette-2", "Midnight Roulette", "roulette", (500, 200_000)),
    _plan(MERIDIAN, "sm-blackjack-1", "Orchard Blackjack", "blackjack", (200, 30_000)),
    _plan(MERIDIAN, "sm-blackjack-2", "Library Blackjack", "blackjack", (2_000, 150_000)),
    _plan(MERIDIAN, "sm-baccarat-1", "Peony Baccarat", "baccarat", (100, 50_000)),
    _plan(MERIDIAN, "sm-baccarat-2", "Sable Baccarat", "baccarat", (1_000, 200_000)),
)

DEALERS = (
    "Anouk", "Bastian", "Carmen", "Dorian", "Elif", "Farid", "Greta", "Hugo", "Imani", "Jonas", "Klara", "Leandro",
    "Maren", "Nadia", "Oskar", "Paloma", "Quentin", "Ronja", "Santiago", "Thea", "Ulrike", "Viktor", "Wanda", "Yusuf",
)  # fmt: skip
