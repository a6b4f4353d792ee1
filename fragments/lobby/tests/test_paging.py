"""Pages of games: every game once, whatever the popularities, along an index."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from fragments.lobby.models import Game
from fragments.lobby.search import PAGE_GAMES, GamesWish, find_games, matching
from fragments.lobby.shelf import Shelf


def shelve(popularities: list[int], *, category: str = "slots") -> list[str]:
    """Fill the copy; returns the ids in the order in which players should meet them."""
    rows = [
        Game(
            game_id=f"g{number:03}",
            name=f"Game {number}",
            provider="Damson",
            category=category,
            rtp_bp=[9600],
            volatility=1,
            released_on=date(2025, 1, 1),
            popularity=popularity,
            min_bet_minor=10,
            max_bet_minor=100,
            search_text=f" game {number} damson",
        )
        for number, popularity in enumerate(popularities)
    ]
    Game.objects.all().delete()
    Game.objects.bulk_create(rows)
    return [row.game_id for row in sorted(rows, key=lambda row: (-row.popularity, row.game_id))]


def walk(wish: GamesWish) -> list[str]:
    """Follow “More games” to the end."""
    met: list[str] = []
    while True:
        page = find_games(wish)
        assert len(page.games) <= PAGE_GAMES
        met += [game.game_id for game in page.games]
        if page.after is None:
            return met
        wish = GamesWish.of({"q": wish.q, "category": wish.category, "after": str(page.after)})


class Pages(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.integers(0, 4), max_size=80), st.sampled_from(["", "slots"]), st.sampled_from(["", "game"]))
    def test_they_hold_every_game_once_and_in_order(self, popularities: list[int], category: str, q: str) -> None:
        expected = shelve(popularities)
        assert walk(GamesWish(q=q, category=category)) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("category", ["", "slots"])
def test_it_walks_an_index_and_sorts_nothing(category: str) -> None:
    shelve([1] * 30)
    plan = matching(GamesWish.of({"category": category, "q": "game", "after": "1.g003"}))[:25].explain()
    assert "TEMP B-TREE" not in plan
    assert f"game_by_{'category' if category else 'popularity'}" in plan


@pytest.mark.django_db(transaction=True)
async def test_it_renders_a_page_once_per_edition_and_forgets_the_oldest() -> None:
    shelf = Shelf(pages_kept=2)
    first = await shelf.results(GamesWish(), mount="", edition="a.1")
    assert await shelf.results(GamesWish(), mount="", edition="a.1") is first
    assert await shelf.results(GamesWish(), mount="", edition="a.2") is not first
    await shelf.results(GamesWish(q="owl"), mount="", edition="a.2")
    assert len(shelf) == 2
    assert await shelf.results(GamesWish(), mount="", edition="a.1") is not first
