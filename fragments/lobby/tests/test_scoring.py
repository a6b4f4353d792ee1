"""Points: what a bet returned for its stake, rounded down, and no more than the cap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fragments.lobby.leaderboard.scoring import BET_POINTS_MAX, bet_points, place_key


@pytest.mark.parametrize(
    ("multiplier_bp", "points"),
    [(0, 0), (99, 0), (100, 1), (10_000, 100), (25_099, 250), (500_000, 5_000), (500_100, 5_000), (10**12, 5_000)],
)
def test_it_gives_a_point_for_each_hundredth_of_the_stake(multiplier_bp: int, points: int) -> None:
    assert bet_points(multiplier_bp) == points


@given(st.integers(0, 10**9), st.integers(0, 10**6))
def test_more_return_never_means_fewer_points(multiplier_bp: int, more_bp: int) -> None:
    assert 0 <= bet_points(multiplier_bp) <= bet_points(multiplier_bp + more_bp) <= BET_POINTS_MAX


def test_it_refuses_a_return_below_nothing() -> None:
    with pytest.raises(ValueError, match="-1"):
        bet_points(-1)


def test_equal_points_stand_in_the_order_in_which_they_were_reached() -> None:
    late, early = place_key(points=5, reached_seq=9, player="a"), place_key(points=5, reached_seq=3, player="z")
    better = place_key(points=6, reached_seq=10, player="z")
    assert sorted([late, early, better]) == [better, early, late]
