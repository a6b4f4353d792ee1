"""Finds one page of games by category, words and place; each page is one walk along one index."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Q

from fragments.lobby.catalogue import search_words
from fragments.lobby.models import Game

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

PAGE_GAMES: Final = 24
QUERY_CHARACTERS_MAX: Final = 60
QUERY_WORDS_MAX: Final = 5
_CATEGORY: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_PLACE: Final = re.compile(r"([0-9]{1,10})\.([a-z0-9][a-z0-9_-]{0,79})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The last game of a page: the next page begins behind it."""

    popularity: int
    game_id: str

    def __str__(self) -> str:
        return f"{self.popularity}.{self.game_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GamesWish:
    """What a player asked to see; whatever cannot be read is as if it had not been said."""

    q: str = ""
    category: str = ""
    after: Place | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> GamesWish:
        """Read the address's query: `q`, `category`, `after`."""
        category = query.get("category", "")
        place = _PLACE.fullmatch(query.get("after", ""))
        return cls(
            q=" ".join(query.get("q", "")[:QUERY_CHARACTERS_MAX].split()),
            category=category if _CATEGORY.fullmatch(category) else "",
            after=Place(popularity=int(place[1]), game_id=place[2]) if place else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GamesPage:
    """Games in order of popularity, and where the next page starts; None when this is the last."""

    games: Sequence[Game]
    after: Place | None


def find_games(wish: GamesWish) -> GamesPage:
    """One page; one game more is read to know whether there is another."""
    found = list(matching(wish)[: PAGE_GAMES + 1])
    shown = found[:PAGE_GAMES]
    last = shown[-1] if len(found) > PAGE_GAMES else None
    return GamesPage(games=shown, after=Place(popularity=last.popularity, game_id=last.game_id) if last else None)


def matching(wish: GamesWish) -> QuerySet[Game]:
    """Everything that fits: popular games first, equal ones by id, so that every game has one place."""
    games = Game.objects.order_by("-popularity", "game_id")
    if wish.category:
        games = games.filter(category=wish.category)
    words = search_words(wish.q)[:QUERY_WORDS_MAX]
    if wish.q and not words:
        return games.none()
    for word in words:
        # Each word begins a word of the game. 5,000 short texts are read in a few milliseconds: no other index needed.
        games = games.filter(search_text__contains=f" {word}")
    if wish.after is not None:
        here = wish.after
        # The first condition lets the index find the place, the second keeps the games beside it apart.
        beside = Q(popularity__lt=here.popularity) | Q(game_id__gt=here.game_id)
        games = games.filter(popularity__lte=here.popularity).filter(beside)
    return games


def categories() -> list[str]:
    """The categories that have a game, from the index alone."""
    return sorted(Game.objects.order_by().values_list("category", flat=True).distinct())
