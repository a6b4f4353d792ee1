"""What the games templates show, already in words and figures."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.utils.safestring import SafeString

    from fragments.lobby.catalogue import CopyState
    from fragments.lobby.models import Game
    from fragments.lobby.search import GamesPage, GamesWish

HUES: Final = 12  # the shared tiles are drawn in so many colours and patterns
MOTIFS: Final = 6
CATEGORY_WORDS: Final = {
    "new": "New",
    "slots": "Slots",
    "jackpots": "Jackpots",
    "instant": "Instant",
    "cards": "Cards",
    "roulette": "Wheels",
    "blackjack": "Blackjack",
    "baccarat": "Baccarat",
}
_PLACES: Final = {category: place for place, category in enumerate(CATEGORY_WORDS)}
VOLATILITY_WORDS: Final = ("", "very calm", "calm", "middling", "lively", "wild")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One game; `hue` and `motif` choose its drawn cover, the same for the same game for ever."""

    element_id: str
    name: str
    provider: str
    category: str
    category_word: str
    hue: int
    motif: int
    initial: str
    stakes: str
    returns: str
    swings: str

    @classmethod
    def of(cls, game: Game) -> Tile:
        face = zlib.crc32(game.game_id.encode())
        return cls(
            element_id=f"lobby-game-{game.game_id}",
            name=game.name,
            provider=game.provider,
            category=game.category,
            category_word=category_word(game.category),
            hue=face % HUES,
            motif=face // HUES % MOTIFS,
            initial=game.name[:1],
            stakes=f"{chips(game.min_bet_minor)}–{chips(game.max_bet_minor)}",
            returns=" / ".join(f"{bp / 100:.2f}" for bp in sorted(game.rtp_bp, reverse=True)) + " %",
            swings=VOLATILITY_WORDS[game.volatility],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A link to one category; "" is all of them."""

    category: str
    word: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsView:
    """One page of games with its chips and the way to the next page."""

    q: str
    category: str
    category_word: str
    chips: Sequence[Chip]
    tiles: Sequence[Tile]
    after: str
    is_first: bool

    @classmethod
    def of(cls, wish: GamesWish, page: GamesPage, categories: Sequence[str]) -> ResultsView:
        known = sorted(categories, key=lambda category: (_PLACES.get(category, len(_PLACES)), category))
        return cls(
            q=wish.q,
            category=wish.category,
            category_word=category_word(wish.category) if wish.category else "",
            chips=[
                Chip(category=category, word=category_word(category), is_chosen=category == wish.category)
                for category in ("", *known)
            ],
            tiles=[Tile.of(game) for game in page.games],
            after=str(page.after or ""),
            is_first=wish.after is None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GamesView:
    """The whole panel: the search form, the state of the feed in words, and the results."""

    q: str
    category: str
    results: SafeString
    is_silent: bool
    heard_at: datetime | None
    is_filling: bool

    @classmethod
    def of(cls, wish: GamesWish, state: CopyState, results: SafeString, *, is_silent: bool) -> GamesView:
        return cls(
            q=wish.q,
            category=wish.category,
            results=results,
            is_silent=is_silent,
            heard_at=state.heard_at,
            is_filling=not state.is_complete,
        )


def category_word(category: str) -> str:
    """The category as players read it; "" is all games."""
    return CATEGORY_WORDS.get(category, category.replace("-", " ").replace("_", " ").capitalize() or "All")


def chips(minor: int) -> str:
    """CHIP minor units with two places: 100000 → `1,000.00`."""
    return f"{minor // 100:,}.{minor % 100:02d}"
