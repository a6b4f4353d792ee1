"""Bonuses, prizes, and bets that are settled as they are placed: who pays, in which parts, and only once."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from fragment_kit.contract.events import CloudEvent
from fragment_kit.events.models import OutboxEvent
from fragments.wallet import ledger
from fragments.wallet.commands.case import BadCommand
from fragments.wallet.commands.gifts import pay_prizes
from fragments.wallet.commands.requests import prize_for
from fragments.wallet.ledger import Effect, Holdings, RoundSums

if TYPE_CHECKING:
    from fragments.wallet.tests.casino import Casino


def test_it_stakes_cash_first_and_bonus_after(casino: Casino) -> None:
    casino.leave("ana", 100)
    assert casino.grant(50, "g1").balance == 150
    assert casino.bet(120, "b1").balance == 30
    assert casino.pockets() == (0, 30, 0)
    data = CloudEvent.from_json(OutboxEvent.objects.order_by("seq").last().payload).data
    assert (data["stake_cash"], data["stake_bonus"], data["bonus_after"]) == ("100", "20", "30")
    assert casino.bet(31).code == "NO_FUNDS"


def test_it_gives_each_pocket_back_what_came_from_it(casino: Casino) -> None:
    casino.leave("ana", 100)
    casino.grant(50, "g1")
    casino.bet(120, "b1")
    assert casino.roll_back("b1").balance == 150
    assert casino.pockets() == (100, 50, 0)
    assert casino.broken_rules() == []


def test_it_pays_a_win_in_the_proportion_of_the_stake_with_the_odd_unit_in_cash(casino: Casino) -> None:
    casino.leave("ana", 100)
    casino.grant(50, "g1")
    casino.bet(150, "b1")
    casino.win(100, "b1")
    assert casino.pockets() == (67, 33, 0)
    assert casino.broken_rules() == []


def test_it_converts_a_grant_as_far_as_it_is_left_and_only_once(casino: Casino) -> None:
    casino.leave("ana", 0)
    casino.grant(50, "g1")
    casino.bet(20, "b1")
    assert casino.convert("g1", "c1").balance == 30
    assert casino.pockets() == (30, 0, 0)
    assert casino.convert("g1", "c1").extra["replayed"] is True
    assert casino.convert("g1", "c2").code == "GRANT_ALREADY_RESOLVED"
    assert casino.forfeit("g1").code == "GRANT_ALREADY_RESOLVED"
    assert casino.broken_rules() == []


def test_it_ends_a_grant_of_which_nothing_is_left(casino: Casino) -> None:
    casino.leave("ana", 0)
    casino.grant(50, "g1")
    casino.bet(50, "b1")
    assert casino.forfeit("g1").code == "OK"
    casino.grant(70, "g2")
    assert casino.convert("g1").code == "GRANT_ALREADY_RESOLVED"
    assert casino.forfeit("g2").balance == 0
    assert casino.pockets() == (0, 0, 0)
    assert casino.broken_rules() == []


def test_it_waits_for_a_grant_that_its_end_overtook(casino: Casino) -> None:
    casino.token()
    assert casino.convert("g1", "c1").code == "GRANT_NOT_FOUND"
    casino.grant(50, "g1")
    assert casino.convert("g1", "c1").code == "OK"


def test_it_settles_as_it_places(casino: Casino) -> None:
    casino.leave("ana", 100)
    assert casino.bet_win(100, 250, "i1", round_id="r1").balance == 250
    assert casino.bet_win(100, 250, "i1", round_id="r1").extra["replayed"] is True
    assert casino.bet_win(100, 251, "i1", round_id="r1").code == "IDEMPOTENCY_CONFLICT"
    assert casino.bet(1, round_id="r1").code == "ROUND_ALREADY_SETTLED"
    assert casino.roll_back("i1").code == "ROUND_ALREADY_SETTLED"
    assert casino.win(5, "i1").code == "ROUND_ALREADY_SETTLED"
    assert casino.bet_win(300, 900, "i2").code == "NO_FUNDS"
    assert casino.events().count("bet_settled") == 1
    assert casino.broken_rules() == []


def test_it_ends_a_late_bet_with_its_win_on_the_tombstone_of_its_rollback(casino: Casino) -> None:
    casino.token()
    casino.roll_back("i1")
    assert casino.bet_win(100, 250, "i1").code == "ROLLED_BACK_BEFORE_ARRIVAL"
    assert casino.cash() == 100_000


def test_it_pays_a_rank_once_whoever_asks_again(casino: Casino) -> None:
    for player in ("ana", "ben"):
        casino.leave(player, 0)
    prizes = [
        prize_for("tournaments", tournament_id="t1", rank=rank, player_id=player, amount=500 // rank)
        for rank, player in ((1, "ben"), (2, "ana"))
    ]
    assert [answer.balance for answer in pay_prizes(prizes, now=casino.now)] == [500, 250]
    assert all(answer.extra["replayed"] for answer in pay_prizes(prizes[::-1], now=casino.now))
    assert (casino.cash("ana"), casino.cash("ben")) == (250, 500)
    assert casino.broken_rules() == []


def test_it_pays_nobody_when_one_prize_cannot_be_paid(casino: Casino) -> None:
    casino.leave("ana", 0)
    prizes = [
        prize_for("tournaments", tournament_id="t1", rank=rank, player_id=player, amount=5)
        for rank, player in ((1, "ana"), (2, "nobody"))
    ]
    with pytest.raises(BadCommand):
        pay_prizes(prizes, now=casino.now)
    assert casino.cash() == 0


def test_ten_thousand_rounds_with_one_unit_of_each_money_lose_nothing() -> None:
    dice = Random(7)  # noqa: S311 - chance, not secrets
    holdings, house = Holdings(player_id="ana", cash=1, bonus=1, version=1), 0
    for _ in range(10_000):
        stake, win = dice.randint(1, 2), dice.choice((0, 1, 2, 3))
        placed = ledger.decide_bet(holdings, stake, provider="p", sums=RoundSums(), session_is_live=True)
        if not isinstance(placed, Effect):
            holdings, house = Holdings(player_id="ana", cash=1, bonus=1, version=1), 0
            continue
        assert placed.round is not None
        bet = ledger.Bet(stake=stake, bonus=placed.amount_bonus)
        ended = (
            ledger.decide_rollback(placed.holdings, provider="p", bet=bet, sums=placed.round, round_closed=True)
            if dice.random() < 0.3
            else ledger.decide_win(placed.holdings, win, provider="p", bet=bet, sums=placed.round, round_closed=None)
        )
        assert isinstance(ended, Effect)
        lines = placed.postings + ended.postings
        assert sum(line.amount for line in lines) == 0
        house += sum(line.amount for line in lines if line.account == "house:p")
        if ended.round is not None and ended.round.state == "VOIDED":
            assert (ended.holdings.cash, ended.holdings.bonus) == (holdings.cash, holdings.bonus)
        holdings = ended.holdings
        assert holdings.playable + house == 2
