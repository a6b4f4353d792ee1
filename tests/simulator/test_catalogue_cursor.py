"""The catalogue's cursor: everything once from zero, then only what changed, the same in every process."""

from __future__ import annotations

import json
from random import Random

import pytest

from provider_simulator.feeds.catalogue import CHANGE_EVERY_S, GAMES, REMOVED_EVERY, Catalogue, CursorAhead
from provider_simulator.feeds.game_kinds import CATEGORIES
from provider_simulator.worlds import BadQuery
from tests.simulator.play import WORLD

NOW_S = 1_795_000_000
ITEM_KEYS = {
    "game_id", "name", "provider", "category", "tags", "rtp_bp", "volatility", "released_on", "popularity",
    "min_bet", "max_bet",
}  # fmt: skip


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return WORLD.catalogue


class Reader:
    """Keeps its own copy as the lobby does: upsert, remove, remember the cursor."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.cursor = 0
        self.games: dict[str, object] = {}
        self.pages = 0

    def read(self, at_s: float, *, limit: int = 500, pages: int = 1_000) -> None:
        for _ in range(pages):
            page = self.catalogue.page(at_s, since=self.cursor, limit=limit)
            self.games.update({item["game_id"]: item for item in page["items"]})
            for game_id in page["removed"]:
                self.games.pop(game_id, None)
            self.cursor = page["cursor"]
            self.pages += 1
            if not page["more"]:
                return


def test_it_gives_five_thousand_games_in_eleven_pages(catalogue: Catalogue) -> None:
    reader = Reader(catalogue)
    reader.read(NOW_S)
    assert len(reader.games) in (5_000, 5_001)
    assert reader.pages == 11
    assert set(reader.games) == {game.game_id for game in catalogue.games if catalogue.has(NOW_S, game)}


def test_it_never_falls_below_five_thousand_games(catalogue: Catalogue) -> None:
    for step in range(0, 2 * REMOVED_EVERY, 10):
        at_s = NOW_S + step * CHANGE_EVERY_S
        assert sum(catalogue.has(at_s, game) for game in catalogue.games) in (5_000, 5_001)


def test_it_says_nothing_new_until_something_changed(catalogue: Catalogue) -> None:
    reader = Reader(catalogue)
    reader.read(NOW_S)
    page = catalogue.page(NOW_S, since=reader.cursor, limit=500)
    assert (page["items"], page["removed"], page["more"], page["cursor"]) == ([], [], False, reader.cursor)
    later = catalogue.page(NOW_S + CHANGE_EVERY_S, since=reader.cursor, limit=500)
    assert len(later["items"]) + len(later["removed"]) == 1


@pytest.mark.parametrize("away_s", [3, 900, 10_000, 200_000])
def test_it_brings_an_old_copy_to_the_same_state_as_a_fresh_one(catalogue: Catalogue, away_s: int) -> None:
    old, fresh = Reader(catalogue), Reader(catalogue)
    old.read(NOW_S)
    old.read(NOW_S + away_s)
    fresh.read(NOW_S + away_s)
    assert old.games == fresh.games
    assert old.cursor == fresh.cursor


def test_it_loses_nothing_when_games_change_while_a_reader_is_paging(catalogue: Catalogue) -> None:
    slow, fresh = Reader(catalogue), Reader(catalogue)
    for page in range(60):
        slow.read(NOW_S + 40 * page, limit=100, pages=1)
    slow.read(NOW_S + 4_000)
    fresh.read(NOW_S + 4_000)
    assert slow.games == fresh.games


def test_it_removes_a_game_now_and_then_and_says_which(catalogue: Catalogue) -> None:
    reader = Reader(catalogue)
    reader.read(NOW_S)
    page = catalogue.page(NOW_S + REMOVED_EVERY * CHANGE_EVERY_S, since=reader.cursor, limit=500)
    assert len(page["removed"]) == 1
    assert page["removed"][0] not in {item["game_id"] for item in page["items"]}


def test_it_is_the_same_for_a_seed_and_another_for_another(catalogue: Catalogue) -> None:
    assert Catalogue.of_seed(7).page(NOW_S, since=0, limit=500) == catalogue.page(NOW_S, since=0, limit=500)
    assert Catalogue.of_seed(8).page(NOW_S, since=0, limit=500) != catalogue.page(NOW_S, since=0, limit=500)


def test_it_describes_every_game_completely(catalogue: Catalogue) -> None:
    reader = Reader(catalogue)
    reader.read(NOW_S)
    for item in reader.games.values():
        assert isinstance(item, dict)
        assert set(item) == ITEM_KEYS
        assert item["category"] in CATEGORIES
        assert 0 <= item["popularity"] <= 10_000
        assert 1 <= item["volatility"] <= 5
        assert all(9_000 <= rtp < 10_000 for rtp in item["rtp_bp"])
        assert 0 < int(item["min_bet"]) < int(item["max_bet"])
    names = [game.name for game in catalogue.games]
    assert len(set(names)) == GAMES
    assert len({game.game_id for game in catalogue.games}) == GAMES
    assert len({game.provider for game in catalogue.games}) == 60


def test_it_offers_a_player_only_games_that_are_there(catalogue: Catalogue) -> None:
    dice = Random(1)  # noqa: S311 - any repeatable dice will do
    chosen = [catalogue.choose(NOW_S, dice) for _ in range(300)]
    assert all(catalogue.has(NOW_S, game) for game in chosen)
    assert {game.category for game in chosen} == set(CATEGORIES)


def test_it_refuses_a_cursor_of_another_world(catalogue: Catalogue) -> None:
    with pytest.raises(CursorAhead, match="start with since=0"):
        catalogue.page(NOW_S, since=10**12, limit=500)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"limit": "501"}, "from 1 to 500"),
        ({"limit": "0"}, "from 1 to 500"),
        ({"since": "-1"}, "since='-1'"),
        ({"since": "9" * 5_000}, "whole number"),
        ({"since": "٣"}, "whole number"),
        ({"sicne": "1"}, "only since, limit"),
    ],
)
def test_it_says_what_is_wrong_with_a_query(query: dict[str, str], words: str) -> None:
    with pytest.raises(BadQuery, match=words):
        WORLD.catalogue_page(query)


def test_it_starts_from_zero_when_nothing_is_asked() -> None:
    page = json.loads(WORLD.catalogue_page({}))
    assert page == json.loads(WORLD.catalogue_page({"since": "0", "limit": "500"}))
    assert len(page["items"]) + len(page["removed"]) == 500
