"""Property: whatever arrives, and however often, the board is the sorted recomputation of what counted."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from fragments.lobby.leaderboard.board import best_of, place_of
from fragments.lobby.leaderboard.projection import SETTLED
from fragments.lobby.leaderboard.scoring import BET_POINTS_MAX
from fragments.lobby.tests.settled import NOON, arrive, rolled_back, settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fragment_kit.contract.events import CloudEvent

MULTIPLIERS = (0, 50, 100, 100, 100, 150, 600_000)
STEP = st.tuples(st.sampled_from("abcd"), st.integers(0, 5), st.sampled_from(MULTIPLIERS), st.booleans())


def events_of(steps: Sequence[tuple[str, int, int, bool]]) -> list[CloudEvent]:
    """About one step in two is a rollback of a bet that may or may not have been settled."""
    return [
        settled(player, back, bet=f"{player}-{bet}", number=number)
        if is_settled
        else rolled_back(player, bet=f"{player}-{bet}", number=number)
        for number, (player, bet, back, is_settled) in enumerate(steps, start=1)
    ]


def recomputed(arrivals: Sequence[CloudEvent]) -> list[tuple[str, int]]:
    """The board from all that arrived, worked out the slow way."""
    seen: dict[str, CloudEvent] = {}
    for event in arrivals:
        seen.setdefault(event.id, event)
    void = {event.data["bet_transaction_id"] for event in seen.values() if event.type != SETTLED}
    returned: dict[str, int] = defaultdict(int)
    points: dict[str, int] = defaultdict(int)
    reached: dict[str, int] = {}
    for place, event in enumerate(seen.values()):
        bet, player = event.data["bet_transaction_id"], event.data["player_id"]
        if event.type == SETTLED and bet not in void:
            before = min(returned[bet] // 100, BET_POINTS_MAX)
            returned[bet] += event.data["multiplier_bp"]
            gained = min(returned[bet] // 100, BET_POINTS_MAX) - before
            points[player] += gained
            reached[player] = place if gained else reached.get(player, 0)
    return sorted(
        ((player, total) for player, total in points.items() if total),
        key=lambda item: (-item[1], reached[item[0]], item[0]),
    )


class TheBoard(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(st.lists(STEP, max_size=30), st.data())
    def test_it_is_exactly_the_sorted_recomputation(
        self, steps: list[tuple[str, int, int, bool]], data: st.DataObject
    ) -> None:
        events = events_of(steps)
        again = data.draw(st.lists(st.sampled_from(events), max_size=15)) if events else []
        arrivals = [*data.draw(st.permutations(events)), *again]
        arrive(*arrivals)
        expected = recomputed(arrivals)
        assert [(place.player, place.points) for place in best_of(NOON.date(), limit=100)] == expected
        for rank, (player, points) in enumerate(expected, start=1):
            own = place_of(NOON.date(), player)
            assert own is not None
            assert (own.rank, own.points) == (rank, points)
