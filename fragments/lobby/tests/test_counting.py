"""Counting settled bets: each once, on its own day, and exactly undone."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from fragment_kit.contract.errors import EventRefused
from fragments.lobby.leaderboard.board import best_of, place_of
from fragments.lobby.leaderboard.models import CountedEvent
from fragments.lobby.tests.settled import NOON, arrive, rolled_back, settled

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def board(day: date = TODAY) -> Sequence[tuple[str, int]]:
    return [(place.player, place.points) for place in best_of(day)]


def test_it_adds_up_what_a_players_bets_returned() -> None:
    arrive(settled("ana", 25_000, number=1), settled("ben", 10_000, number=2), settled("ana", 5_050, number=3))
    assert board() == [("ana", 300), ("ben", 100)]


def test_it_counts_an_event_once_however_often_it_arrives() -> None:
    event = settled("ana", 25_000, number=1)
    arrive(event, event, settled("ben", 10_000, number=2), event)
    assert board() == [("ana", 250), ("ben", 100)]
    assert CountedEvent.objects.count() == 2


def test_it_adds_the_wins_of_one_bet_before_it_rounds_and_caps_them() -> None:
    arrive(settled("ana", 150, bet="b", number=1), settled("ana", 150, bet="b", number=2))
    assert board() == [("ana", 3)]
    arrive(settled("ana", 499_000, bet="b", number=3), settled("ana", 499_000, bet="b", number=4))
    assert board() == [("ana", 5_000)]


def test_a_lost_bet_puts_nobody_on_the_board() -> None:
    arrive(settled("ana", 0, number=1))
    assert board() == []
    assert place_of(TODAY, "ana") is None


def test_of_equal_players_the_one_who_got_there_first_stands_higher() -> None:
    arrive(settled("zoe", 10_000, number=1), settled("ana", 10_000, number=2))
    assert board() == [("zoe", 100), ("ana", 100)]
    arrive(settled("zoe", 100, number=3), settled("ana", 100, number=4))
    assert board() == [("zoe", 101), ("ana", 101)]


def test_a_bet_that_brings_no_points_does_not_cost_its_player_the_place() -> None:
    arrive(settled("ana", 10_000, number=1), settled("ben", 10_000, number=2), settled("ana", 99, number=3))
    assert board() == [("ana", 100), ("ben", 100)]


def test_a_rollback_takes_back_the_points_and_the_place() -> None:
    arrive(
        settled("ana", 10_000, bet="a1", number=1),
        settled("ben", 10_000, bet="b1", number=2),
        settled("ana", 5_000, bet="a2", number=3),
        rolled_back("ana", bet="a2", number=4),
    )
    assert board() == [("ana", 100), ("ben", 100)]
    arrive(rolled_back("ana", bet="a1", number=5))
    assert board() == [("ben", 100)]


def test_a_rollback_leaves_the_place_that_the_remaining_points_have_earned() -> None:
    arrive(
        settled("zoe", 10_000, number=1),
        settled("ana", 10_000, number=2),
        settled("ana", 5_000, bet="a2", number=3),
        rolled_back("ana", bet="a2", number=4),
    )
    assert board() == [("zoe", 100), ("ana", 100)]


def test_a_settlement_after_its_rollback_counts_nothing() -> None:
    arrive(rolled_back("ana", bet="a1", number=1), settled("ana", 10_000, bet="a1", number=2))
    assert board() == []


def test_the_events_own_time_decides_the_day() -> None:
    noon_to_midnight_s = 12 * 3600
    arrive(
        settled("ana", 10_000, number=1, after_s=noon_to_midnight_s - 0.001),
        settled("ben", 10_000, number=2, after_s=noon_to_midnight_s),
    )
    assert board() == [("ana", 100)]
    assert board(date(2026, 11, 24)) == [("ben", 100)]


def test_everybody_has_an_exact_place() -> None:
    arrive(*(settled(f"p{number:02}", 100 * (number // 3 + 1), number=number) for number in range(1, 31)))
    order = [place.player for place in best_of(TODAY, limit=100)]
    assert [place_of(TODAY, player).rank for player in order] == list(range(1, 31))  # type: ignore[union-attr]


def test_other_events_leave_no_trace() -> None:
    event = settled("ana", 10_000, number=1)
    other = type(event).from_json(event.to_json().replace("bet_settled", "bet_placed"))
    arrive(other)
    assert CountedEvent.objects.count() == 0


@pytest.mark.parametrize("multiplier_bp", [None, "25000", -1, True, 2.5])
def test_it_refuses_a_return_that_is_no_whole_number_and_counts_nothing(multiplier_bp: Any) -> None:
    with pytest.raises(EventRefused, match=r"data\.multiplier_bp must be a whole number"):
        arrive(settled("ana", multiplier_bp, number=1))
    assert CountedEvent.objects.count() == 0
