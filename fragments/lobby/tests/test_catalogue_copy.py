"""Our copy of the catalogue: each change once, in order, and never half a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from fragment_kit.contract.errors import FeedBroke
from fragments.lobby.catalogue import copy_state, is_news, start_anew, take_page
from fragments.lobby.catalogue_feed import parse_catalogue
from fragments.lobby.models import Game
from fragments.lobby.tests.shelves import Provider, game

if TYPE_CHECKING:
    from fragments.lobby.catalogue import CopyState

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def pull(provider: Provider, *, limit: int = 200) -> CopyState:
    state = copy_state()
    page = parse_catalogue(provider.page({"since": str(state.cursor), "limit": str(limit)}))
    return take_page(page, since=state.cursor, heard_at=NOW)


def names() -> set[str]:
    return set(Game.objects.values_list("game_id", flat=True))


def test_it_takes_what_is_new_and_what_has_changed() -> None:
    provider = Provider()
    provider.put(game("owl", popularity=5), game("fox"))
    first = pull(provider)
    provider.put(game("owl", popularity=9))
    second = pull(provider)
    assert names() == {"owl", "fox"}
    assert Game.objects.get(pk="owl").popularity == 9
    assert (first.cursor, second.cursor) == (2, 3)
    assert second.edition != first.edition


def test_it_removes_what_is_gone() -> None:
    provider = Provider()
    provider.put(game("owl"), game("fox"))
    pull(provider)
    provider.remove("owl")
    pull(provider)
    assert names() == {"fox"}


def test_it_does_not_show_a_game_that_one_page_both_lists_and_removes() -> None:
    provider = Provider()
    provider.put(game("owl"))
    provider.remove("owl")
    pull(provider)
    assert names() == set()


def test_it_knows_that_the_copy_is_whole_when_there_is_no_more() -> None:
    provider = Provider()
    provider.put(*(game(f"game-{number}") for number in range(5)))
    assert not pull(provider, limit=3).is_complete
    assert pull(provider, limit=3).is_complete


def test_it_takes_a_page_only_where_the_copy_stands() -> None:
    provider = Provider()
    provider.put(game("owl"), game("fox"))
    page = parse_catalogue(provider.page({"since": "0", "limit": "2"}))
    take_page(page, since=0, heard_at=NOW)
    Game.objects.all().delete()
    late = take_page(page, since=0, heard_at=NOW)
    assert (names(), late.cursor) == (set(), 2)


def test_it_never_goes_back_to_an_earlier_cursor() -> None:
    provider = Provider()
    provider.put(game("owl"), game("fox"))
    pull(provider)
    back: Any = {"cursor": 1, "more": False, "items": [game("bat")], "removed": []}
    assert take_page(parse_catalogue(back), since=2, heard_at=NOW).cursor == 2
    assert names() == {"owl", "fox"}


def test_a_full_listing_drops_what_it_does_not_name() -> None:
    provider = Provider()
    provider.put(game("owl"), game("fox"))
    pull(provider)
    start_anew()
    assert names() == {"owl", "fox"}
    provider.changes = [game("fox"), game("bat")]
    pull(provider, limit=1)
    assert names() == {"owl", "fox"}
    pull(provider, limit=1)
    assert names() == {"fox", "bat"}


def test_hearing_nothing_new_is_written_down_every_few_seconds_only() -> None:
    provider = Provider()
    provider.put(game("owl"))
    state = pull(provider)
    page = parse_catalogue(provider.page({"since": "1", "limit": "200"}))
    assert pull(provider).edition == state.edition
    assert not is_news(page, state, heard_at=NOW + timedelta(seconds=4))
    assert is_news(page, state, heard_at=NOW + timedelta(seconds=5))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"game_id": "Owl!"}, "game_id"),
        ({"category": None}, "category"),
        ({"volatility": 6}, "volatility"),
        ({"rtp_bp": []}, "rtp_bp"),
        ({"rtp_bp": ["9600"]}, "rtp_bp"),
        ({"min_bet": 10}, "min_bet"),
        ({"min_bet": "20000"}, "min_bet"),
        ({"released_on": "soon"}, "released_on"),
    ],
)
def test_it_leaves_out_a_game_that_cannot_be_read_and_says_why(change: dict[str, Any], word: str) -> None:
    broken = {**game("owl"), **change}
    page = parse_catalogue({"cursor": 2, "more": False, "items": [game("fox"), broken], "removed": []})
    assert [item.game_id for item in page.games] == ["fox"]
    assert word in page.refused[0]
    assert "items[1]" in page.refused[0]


@pytest.mark.parametrize(
    "page",
    [
        [],
        {"cursor": "2", "more": False, "items": [], "removed": []},
        {"cursor": 2, "items": [], "removed": []},
        {"cursor": 2, "more": False, "items": [{}], "removed": []},
        {"cursor": 2, "more": False, "items": ["owl"], "removed": []},
        {"cursor": 2, "more": False, "items": [], "removed": [1]},
        {"cursor": 2, "more": False, "items": [game("owl")] * 501, "removed": []},
    ],
)
def test_it_refuses_a_page_that_is_none(page: Any) -> None:
    with pytest.raises(FeedBroke):
        parse_catalogue(page)
