"""The time check: due by the server's time, bets wait for the answer, wins do not, and sittings come to an end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from fragments.wallet.care.models import CareCard, Sitting
from fragments.wallet.care.reality_check import answer, set_interval
from fragments.wallet.care.state import CareUnreadable
from fragments.wallet.commands.requests import Who
from fragments.wallet.tests.care.news_told import data_of, told

if TYPE_CHECKING:
    from fragments.wallet.tests.casino import Casino

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def pass_time(casino: Casino, minutes: int) -> None:
    """Play on, a bet a minute, so that nobody seems to be away."""
    for _ in range(minutes):
        casino.now += MINUTE
        casino.bet(1)


def test_it_holds_bets_back_after_an_hour_until_the_player_answers(casino: Casino) -> None:
    casino.token()
    casino.bet(500, "b1")
    casino.now += 60 * MINUTE - SECOND
    assert casino.bet(1).code == "OK"
    casino.now += SECOND
    assert [casino.bet(1).code for _ in range(3)] == ["REALITY_CHECK_DUE"] * 3
    assert casino.win(300, "b1").code == "OK"
    assert answer("ana", "continue", now=casino.now)
    assert casino.bet(1).code == "OK"
    assert told().count("reality_check_shown") == 1
    assert data_of("reality_check_acknowledged") | {"session_id": "", "wallet_id": ""} == {
        "player_id": "ana",
        "wallet_id": "",
        "currency": "CHIP",
        "session_id": "",
        "elapsed_s": 3_600,
        "staked": "501",
        "net": "-201",
        "choice": "continue",
    }
    casino.now += 60 * MINUTE
    assert casino.bet(1).code == "REALITY_CHECK_DUE"


def test_it_takes_no_answer_to_a_question_that_was_not_asked(casino: Casino) -> None:
    casino.token()
    assert not answer("ana", "continue", now=casino.now)
    casino.now += 60 * MINUTE
    assert answer("ana", "continue", now=casino.now)
    assert not answer("ana", "continue", now=casino.now)


def test_it_ends_the_sitting_of_a_player_who_leaves(casino: Casino) -> None:
    token = casino.token()
    casino.now += 60 * MINUTE
    assert answer("ana", "leave", now=casino.now)
    assert casino.bet(1, who=Who(token=token)).code == "NO_SESSION"
    assert data_of("ended")["reason"] == "left"
    casino.token()
    assert casino.bet(1).code == "OK"
    assert Sitting.objects.count() == 2


def test_it_begins_anew_for_a_provider_that_rested_and_not_for_one_that_insists(casino: Casino) -> None:
    casino.token()
    pass_time(casino, 59)
    for seconds in (60, 10, 19):
        casino.now += seconds * SECOND
        casino.token()
        assert casino.bet(1).code == "REALITY_CHECK_DUE"
    casino.now += SECOND
    token = casino.token()
    assert casino.bet(1, who=Who(token=token)).code == "OK"
    assert data_of("ended")["reason"] == "rested"


def test_it_goes_on_with_a_sitting_that_another_game_joins(casino: Casino) -> None:
    casino.token()
    pass_time(casino, 10)
    casino.token()
    assert Sitting.objects.count() == 1
    casino.now += 30 * MINUTE
    casino.token()
    sittings = Sitting.objects.order_by("number")
    assert [sitting.ended_why for sitting in sittings] == ["away", ""]
    assert sittings[0].ended_ms == sittings[0].seen_ms


def test_it_asks_more_often_at_once_and_less_often_after_a_day(casino: Casino) -> None:
    casino.token()
    casino.now += 20 * MINUTE
    assert set_interval("ana", 15, now=casino.now) == "set"
    assert casino.bet(1).code == "REALITY_CHECK_DUE"
    answer("ana", "continue", now=casino.now)
    assert set_interval("ana", 60, now=casino.now) == "later"
    casino.now += 15 * MINUTE
    assert casino.bet(1).code == "REALITY_CHECK_DUE"
    casino.now += timedelta(days=1)
    casino.token()
    casino.now += 59 * MINUTE
    assert casino.bet(1).code == "OK"
    with pytest.raises(ValueError, match="none we offer"):
        set_interval("ana", 90, now=casino.now)


def test_it_drops_a_wish_for_longer_when_the_player_thinks_again(casino: Casino) -> None:
    casino.token()
    set_interval("ana", 15, now=casino.now)
    set_interval("ana", 60, now=casino.now)
    assert set_interval("ana", 15, now=casino.now) == "same"
    casino.now += timedelta(days=2)
    casino.token()
    casino.now += 15 * MINUTE
    assert casino.bet(1).code == "REALITY_CHECK_DUE"


def test_it_makes_no_sitting_shorter_when_the_clock_goes_back(casino: Casino) -> None:
    casino.token()
    casino.now += 59 * MINUTE
    casino.bet(1)
    casino.now -= 60 * MINUTE
    assert casino.bet(1).code == "OK"
    sitting = Sitting.objects.get()
    assert sitting.seen_ms - sitting.started_ms == 59 * 60_000
    casino.now += 61 * MINUTE
    assert casino.bet(1).code == "REALITY_CHECK_DUE"


def test_it_takes_no_stake_when_the_card_makes_no_sense(casino: Casino) -> None:
    casino.token()
    CareCard.objects.update(next_check_min=7, next_check_at_ms=0)
    with pytest.raises(CareUnreadable):
        casino.bet(1)
    assert casino.cash() == 100_000
