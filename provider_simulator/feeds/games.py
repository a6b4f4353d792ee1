"""Which games exist: some five thousand invented ones, made once from the seed; only their popularity moves later."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from provider_simulator.chance import draw, fraction, pick, weighted
from provider_simulator.feeds.game_kinds import GAME_KINDS, GameKind
from provider_simulator.feeds.words import ADJECTIVES, NOUNS_BY_THEME, STUDIOS

_NOUNS = tuple((noun, theme) for theme, nouns in NOUNS_BY_THEME.items() for noun in nouns)
_SHARES = tuple((kind, kind.share) for kind in GAME_KINDS)
# The first studios are the big ones, as in any real catalogue.
_STUDIO_SHARES = tuple((studio, 600 // (rank + 6)) for rank, studio in enumerate(STUDIOS))
_NEWEST = date(2026, 11, 20)
_YEARS_D = 9 * 365
_NEW_D = 75
# Coprime with the number of names, so that neighbours share neither word and every pair comes once.
_NAME_STEP = 2_203


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """What never changes about a game; `base_popularity` (0–10,000) is where its popularity moves around."""

    game_id: str
    name: str
    provider: str
    category: str
    tags: tuple[str, ...]
    rtp_bp: tuple[int, ...]
    volatility: int
    released_on: date
    base_popularity: int
    min_bet: int
    max_bet: int

    def as_item(self, popularity: int) -> dict[str, Any]:
        """Return the game as the feed says it, at this popularity."""
        return {
            "game_id": self.game_id,
            "name": self.name,
            "provider": self.provider,
            "category": self.category,
            "tags": list(self.tags),
            "rtp_bp": list(self.rtp_bp),
            "volatility": self.volatility,
            "released_on": self.released_on.isoformat(),
            "popularity": popularity,
            "min_bet": str(self.min_bet),
            "max_bet": str(self.max_bet),
        }


def games_of(seed: int, count: int) -> tuple[Game, ...]:
    """Return `count` games with names of their own; at most as many as there are pairs of words."""
    pairs = len(ADJECTIVES) * len(_NOUNS)
    if count > pairs:
        raise ValueError(f"{count} games need more names than the {pairs} that words.py can give; add words there.")
    offset = draw(seed, "names") % pairs
    return tuple(_game(seed, index, (offset + index * _NAME_STEP) % pairs) for index in range(count))


def _game(seed: int, index: int, pair: int) -> Game:
    adjective, (noun, theme) = ADJECTIVES[pair % len(ADJECTIVES)], _NOUNS[pair // len(ADJECTIVES)]
    kind = weighted(_SHARES, seed, index, "kind")
    name = f"{adjective} {noun}{pick(kind.endings, seed, index, 'ending')}"
    return Game(
        game_id=re.sub(r"[^a-z0-9]+", "-", name.lower()),
        name=name,
        provider=weighted(_STUDIO_SHARES, seed, index, "studio"),
        category=kind.category,
        tags=(theme, pick(kind.features, seed, index, "feature")),
        rtp_bp=_returns(seed, index, kind),
        volatility=_between(kind.volatility, seed, index, "volatility"),
        released_on=_released_on(seed, index, kind),
        base_popularity=int(9_500 * fraction(seed, index, "popularity") ** 4),
        min_bet=pick(kind.min_bets, seed, index, "min_bet"),
        max_bet=kind.max_bet,
    )


def _returns(seed: int, index: int, kind: GameKind) -> tuple[int, ...]:
    best = _between(kind.rtp_bp, seed, index, "rtp")
    # Some games come in a second version that returns two per cent less; a lobby has to show both.
    has_second = kind.category in ("slots", "jackpots") and draw(seed, index, "variants") % 3 == 0
    return (best, best - 200) if has_second else (best,)


def _released_on(seed: int, index: int, kind: GameKind) -> date:
    span_d, newest = (_NEW_D, _NEWEST) if kind.category == "new" else (_YEARS_D, _NEWEST - timedelta(days=_NEW_D))
    return newest - timedelta(days=draw(seed, index, "released") % span_d)


def _between(ends: tuple[int, int], *name: object) -> int:
    low, high = ends
    return low + draw(*name) % (high - low + 1)
