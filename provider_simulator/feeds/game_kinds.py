"""What the eight categories of the catalogue have in common: shares, name endings, returns and stakes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GameKind:
    """One category: `share` of the catalogue in per cent, bets in CHIP minor units, pairs from low to high."""

    category: str
    share: int
    endings: tuple[str, ...]
    features: tuple[str, ...]
    rtp_bp: tuple[int, int]
    min_bets: tuple[int, ...]
    max_bet: int
    volatility: tuple[int, int]


_REEL_FEATURES = ("free spins", "wilds", "respins", "cascades", "hold and spin", "expanding reels")

GAME_KINDS = (
    GameKind(
        category="slots", share=56, endings=("", "", " Reels", " Ways", " Spins", " Deluxe"), features=_REEL_FEATURES,
        rtp_bp=(9_400, 9_720), min_bets=(10, 20, 25), max_bet=10_000, volatility=(1, 5),
    ),
    GameKind(
        category="jackpots", share=8, endings=(" Jackpot", " Grand", " Pot"), features=("jackpot", "wilds", "respins"),
        rtp_bp=(9_200, 9_550), min_bets=(20, 25, 50), max_bet=5_000, volatility=(4, 5),
    ),
    GameKind(
        category="instant", share=10, endings=(" Scratch", " Dash", " Drop", " Pick"), features=("scratch", "quick"),
        rtp_bp=(9_300, 9_700), min_bets=(10, 50), max_bet=5_000, volatility=(2, 4),
    ),
    GameKind(
        category="cards", share=7, endings=(" Poker", " Hi-Lo", " Rummy", " Patience"), features=("skill", "duel"),
        rtp_bp=(9_600, 9_900), min_bets=(50, 100), max_bet=20_000, volatility=(1, 3),
    ),
    GameKind(
        category="roulette", share=6, endings=(" Roulette", " Wheel"), features=("one zero", "quick", "neighbours"),
        rtp_bp=(9_730, 9_730), min_bets=(10, 50, 100), max_bet=50_000, volatility=(1, 3),
    ),
    GameKind(
        category="blackjack", share=5, endings=(" Blackjack", " Twenty-One"), features=("skill", "side bets", "split"),
        rtp_bp=(9_900, 9_950), min_bets=(100, 200), max_bet=50_000, volatility=(1, 2),
    ),
    GameKind(
        category="baccarat", share=4, endings=(" Baccarat", " Punto"), features=("no commission", "side bets", "quick"),
        rtp_bp=(9_876, 9_894), min_bets=(100, 200), max_bet=50_000, volatility=(1, 2),
    ),
    GameKind(
        category="new", share=4, endings=("", " Parade", " Trail"), features=_REEL_FEATURES,
        rtp_bp=(9_450, 9_700), min_bets=(10, 20), max_bet=10_000, volatility=(2, 5),
    ),
)  # fmt: skip

CATEGORIES = tuple(kind.category for kind in GAME_KINDS)
