"""Limits: what counts, the lowest decides, a cut binds at once, more needs a day and a second yes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from fragments.wallet.care.limits import COMBINATIONS, confirm_raise, set_limit, withdraw_raise
from fragments.wallet.care.models import Limit, LimitRaise
from fragments.wallet.care.state import CareUnreadable
from fragments.wallet.tests.care.news_told import told

if TYPE_CHECKING:
    from uuid import UUID

    from fragments.wallet.care.ceilings import Kind
    from fragments.wallet.care.windows import Period
    from fragments.wallet.tests.casino import Casino

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def limit(casino: Casino, kind: Kind, period: Period | str, amount: int | None) -> str:
    return set_limit("ana", kind, period, amount, now=casino.now)  # type: ignore[arg-type]


def open_raise() -> UUID:
    return LimitRaise.objects.get(outcome="open").id


def amounts() -> dict[tuple[str, str], int]:
    return {(kind, period): amount for kind, period, amount in Limit.objects.values_list("kind", "period", "amount")}


def test_it_counts_a_stake_as_lost_the_moment_it_is_placed(casino: Casino) -> None:
    casino.token()
    limit(casino, "loss", "day", 500)
    assert casino.bet(300, "b1").code == "OK"
    assert casino.bet(201).code == "LIMIT_LOSS"
    assert casino.bet(200).code == "OK"
    assert casino.bet(1).code == "LIMIT_LOSS"
    casino.win(80, "b1")
    assert casino.bet(81).code == "LIMIT_LOSS"
    assert casino.bet(80).code == "OK"


def test_it_gives_room_back_for_a_stake_that_was_returned_on_the_day_it_was_staked(casino: Casino) -> None:
    casino.token()
    limit(casino, "loss", "day", 500)
    casino.bet(500, "b1")
    casino.now += DAY
    casino.token()
    casino.bet(500, "b2")
    casino.roll_back("b1")
    assert casino.bet(1).code == "LIMIT_LOSS"
    casino.roll_back("b2")
    assert casino.bet(500).code == "OK"


@pytest.mark.parametrize(("day", "week", "month", "room"), [(300, 400, 500, 300), (500, 200, 400, 200), (9, 8, 7, 7)])
def test_it_lets_the_lowest_of_several_limits_decide(
    casino: Casino, day: int, week: int, month: int, room: int
) -> None:
    casino.token()
    for period, amount in (("day", day), ("week", week), ("month", month)):
        limit(casino, "loss", period, amount)
    assert casino.bet(room + 1).code == "LIMIT_LOSS"
    assert casino.bet(room).code == "OK"


def test_it_refuses_a_stake_above_the_limit_per_bet_and_says_so_once_a_day(casino: Casino) -> None:
    casino.token()
    limit(casino, "stake", "bet", 100)
    assert [casino.bet(amount).code for amount in (101, 100, 101, 1)] == ["LIMIT_STAKE", "OK", "LIMIT_STAKE", "OK"]
    assert told().count("limit_reached") == 1
    casino.now += DAY
    casino.token()
    casino.bet(101)
    assert told().count("limit_reached") == 2


def test_it_counts_top_ups_gross_and_never_the_opening_float(casino: Casino) -> None:
    casino.leave("ana", 0)
    limit(casino, "topup", "week", 1_500)
    assert casino.top_up(1_000, "k1").code == "OK"
    casino.bet(1_000)
    assert casino.top_up(501, "k2").code == "LIMIT_TOPUP"
    assert casino.top_up(500, "k3").code == "OK"
    assert casino.top_up(501, "k2").code == "LIMIT_TOPUP"


def test_it_counts_minutes_of_play_and_not_the_time_away(casino: Casino) -> None:
    casino.token()
    limit(casino, "time", "day", 30)
    casino.now += timedelta(minutes=20)
    assert casino.bet(1).code == "OK"
    casino.now += timedelta(hours=2)
    casino.token()
    casino.now += timedelta(minutes=9)
    assert casino.bet(1).code == "OK"
    casino.now += timedelta(minutes=1)
    assert casino.bet(1).code == "LIMIT_TIME"
    casino.now = casino.now.replace(hour=0) + DAY
    casino.token()
    assert casino.bet(1).code == "OK"


def test_it_makes_a_cut_binding_for_the_very_next_bet(casino: Casino) -> None:
    casino.token()
    limit(casino, "loss", "day", 1_000)
    casino.bet(600)
    assert limit(casino, "loss", "day", 500) == "set"
    assert casino.bet(1).code == "LIMIT_LOSS"


@pytest.mark.parametrize("more", [2_000, None])
def test_it_raises_a_limit_only_after_a_day_and_a_second_yes(casino: Casino, more: int | None) -> None:
    casino.token()
    limit(casino, "loss", "day", 1_000)
    assert limit(casino, "loss", "day", more) == "asked"
    wish = open_raise()
    casino.now += DAY - timedelta(milliseconds=1)
    assert confirm_raise("ana", wish, now=casino.now) == "early"
    casino.now += timedelta(milliseconds=1)
    casino.token()
    assert casino.bet(1_001).code == "LIMIT_LOSS"
    assert confirm_raise("ana", wish, now=casino.now) == "confirmed"
    assert casino.bet(1_001).code == "OK"
    assert confirm_raise("ana", wish, now=casino.now) == "gone"
    assert amounts() == ({} if more is None else {("loss", "day"): 2_000})
    named = [name for name in told() if name.startswith("limit_")]
    assert named == ["limit_set", "limit_increase_requested", "limit_reached", "limit_increase_confirmed"]


def test_it_forgets_a_raise_that_nobody_confirmed_for_a_week(casino: Casino) -> None:
    casino.token()
    limit(casino, "stake", "bet", 100)
    limit(casino, "stake", "bet", 200)
    wish = open_raise()
    casino.now += 8 * DAY
    assert confirm_raise("ana", wish, now=casino.now) == "lapsed"
    assert amounts() == {("stake", "bet"): 100}
    assert LimitRaise.objects.get().outcome == "lapsed"
    assert told()[-1] == "limit_increase_lapsed"


def test_it_drops_a_raise_when_something_newer_was_asked_for(casino: Casino) -> None:
    casino.token()
    limit(casino, "loss", "week", 100)
    for newer in (50, 49, None, 49):
        limit(casino, "loss", "week", 500)
        wish = open_raise()
        limit(casino, "loss", "week", newer)
        assert confirm_raise("ana", wish, now=casino.now + DAY) == "gone"
    limit(casino, "loss", "week", 500)
    assert withdraw_raise("ana", open_raise(), now=casino.now)
    assert amounts() == {("loss", "week"): 49}


def test_it_confirms_nobody_elses_raise(casino: Casino) -> None:
    casino.token()
    casino.token("ben")
    limit(casino, "stake", "bet", 100)
    limit(casino, "stake", "bet", 200)
    casino.now += DAY
    assert confirm_raise("ben", open_raise(), now=casino.now) == "gone"
    assert not withdraw_raise("ben", open_raise(), now=casino.now)


def test_it_keeps_every_kind_apart(casino: Casino) -> None:
    casino.token()
    for number, (kind, period) in enumerate(COMBINATIONS):
        limit(casino, kind, period, 1_000 + number)
    assert amounts() == {combination: 1_000 + number for number, combination in enumerate(COMBINATIONS)}
    assert len(COMBINATIONS) == 10


def test_it_takes_no_money_when_a_limit_cannot_be_understood(casino: Casino) -> None:
    casino.leave("ana", 50_000)
    limit(casino, "loss", "day", 60_000)
    Limit.objects.update(period="quarter")
    with pytest.raises(CareUnreadable):
        casino.bet(1, "b1")
    with pytest.raises(CareUnreadable):
        casino.top_up(1, "k1")
    assert casino.cash() == 50_000
    Limit.objects.update(period="day")
    assert casino.bet(1, "b1").code == "OK"


def test_it_opens_no_window_anew_when_the_clock_goes_back_an_hour_over_midnight(casino: Casino) -> None:
    casino.now = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    casino.token()
    limit(casino, "loss", "day", 500)
    casino.bet(500)
    casino.now -= HOUR
    assert casino.bet(1).code == "LIMIT_LOSS"
    casino.now += HOUR
    assert casino.bet(1).code == "LIMIT_LOSS"
