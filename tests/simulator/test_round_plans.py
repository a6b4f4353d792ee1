"""What bots mean to do: luck of their own, ids that never repeat, returns like those of a fair game."""

from __future__ import annotations

import pytest

from provider_simulator.bot_floor import PLAYERS
from provider_simulator.feeds.game_kinds import CATEGORIES
from provider_simulator.rounds import PAYOUTS, RoundPlanner
from tests.simulator.fake_wallet import NOW_S
from tests.simulator.play import WORLD


def test_it_gives_every_player_luck_of_their_own() -> None:
    def rounds(player: str) -> list[tuple[str, int, int]]:
        planner = RoundPlanner(player=player, run="run", seed=7, choose_game=lambda d: WORLD.catalogue.choose(NOW_S, d))
        plans = [planner.next() for _ in range(20)]
        assert len({plan.bet_id for plan in plans}) == 20
        return [(plan.game_id, plan.stake, plan.win) for plan in plans]

    assert len({tuple(rounds(player)) for player in PLAYERS}) == len(PLAYERS)


@pytest.mark.parametrize("category", PAYOUTS)
def test_it_pays_back_what_a_fair_game_would(category: str) -> None:
    payouts = PAYOUTS[category]
    assert sum(share for _, share in payouts) == 10_000
    returned_bp = sum(back * share for back, share in payouts) // 100
    assert 9_200 <= returned_bp < 10_000


def test_it_plans_no_category_that_the_catalogue_lacks() -> None:
    assert set(PAYOUTS) == set(CATEGORIES)
