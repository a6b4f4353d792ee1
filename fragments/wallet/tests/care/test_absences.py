"""Breaks and self-exclusion: no stake and no top-up meanwhile, money that is owed still comes, nothing gets shorter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection

from fragments.wallet.care.breaks import BREAKS, take_break
from fragments.wallet.care.exclusion import EXCLUSIONS, ask_to_return, exclude
from fragments.wallet.care.models import Absence, Sitting
from fragments.wallet.care.table import NoWallet
from fragments.wallet.commands.opening import Authenticate, authenticate
from fragments.wallet.commands.requests import Who
from fragments.wallet.tests.care.news_told import data_of, told

if TYPE_CHECKING:
    from fragments.wallet.tests.casino import Casino

DAY = timedelta(days=1)
MS = timedelta(milliseconds=1)


def opens(casino: Casino, player: str = "ana") -> str:
    return authenticate(Authenticate(provider="simulator", who=Who(player_id=player)), now=casino.now).code


@pytest.mark.parametrize("term", sorted(BREAKS))
def test_it_takes_no_bet_during_a_break_and_any_bet_after_it(casino: Casino, term: str) -> None:
    casino.leave("ana", 50_000)
    until = take_break("ana", term, now=casino.now)
    assert (casino.bet(1).code, casino.top_up(1, "k").code, opens(casino)) == ("ON_BREAK", "ON_BREAK", "ON_BREAK")
    casino.now = until - MS
    assert (casino.bet(1).code, opens(casino)) == ("ON_BREAK", "ON_BREAK")
    casino.now = until
    assert (opens(casino), casino.bet(1).code) == ("OK", "OK")
    assert told().count("break_ended") == 1


@pytest.mark.parametrize("term", sorted(EXCLUSIONS))
def test_it_takes_no_bet_after_an_exclusion_until_the_player_came_back_by_wish(casino: Casino, term: str) -> None:
    casino.token()
    until = exclude("ana", term, now=casino.now)
    casino.now = until - MS
    assert (casino.bet(1).code, opens(casino), ask_to_return("ana", now=casino.now)) == (
        "EXCLUDED",
        "EXCLUDED",
        "early",
    )
    casino.now = until + 30 * DAY
    assert (casino.bet(1).code, opens(casino)) == ("EXCLUDED", "EXCLUDED")
    assert ask_to_return("ana", now=casino.now) == "asked"
    casino.now += DAY - MS
    assert ask_to_return("ana", now=casino.now) == "asked"
    assert opens(casino) == "EXCLUDED"
    casino.now += MS
    assert (opens(casino), casino.bet(1).code) == ("OK", "OK")
    assert told().count("exclusion_ended") == 1
    assert ask_to_return("ana", now=casino.now) == "not-excluded"


def test_it_never_makes_a_break_or_an_exclusion_shorter(casino: Casino) -> None:
    casino.token()
    assert take_break("ana", "3-months", now=casino.now) == take_break("ana", "day", now=casino.now)
    assert exclude("ana", "5-years", now=casino.now) == exclude("ana", "6-months", now=casino.now)
    assert Absence.objects.count() == 4


def test_it_forgets_a_wish_to_return_when_the_player_excludes_again(casino: Casino) -> None:
    casino.token()
    casino.now = exclude("ana", "6-months", now=casino.now)
    ask_to_return("ana", now=casino.now)
    exclude("ana", "6-months", now=casino.now)
    casino.now += 2 * DAY
    assert opens(casino) == "EXCLUDED"


def test_it_ends_every_session_and_tells_a_token_why(casino: Casino) -> None:
    token = casino.token()
    exclude("ana", "1-year", now=casino.now)
    assert casino.bet(1, who=Who(token=token)).code == "EXCLUDED"
    assert Sitting.objects.get().ended_why == "exclusion"
    assert data_of("self_excluded")["term"] == "1-year"
    assert [name for name in told() if name in {"ended", "self_excluded"}] == ["ended", "self_excluded"]


def test_it_pays_what_is_owed_during_an_exclusion(casino: Casino) -> None:
    casino.token()
    casino.bet(100, "b1")
    casino.bet(50, "b2")
    exclude("ana", "5-years", now=casino.now)
    assert (casino.win(300, "b1").code, casino.roll_back("b2").code) == ("OK", "OK")
    sitting = Sitting.objects.get()
    assert (sitting.staked, sitting.won) == (100, 300)
    assert casino.cash() == 100_200


def test_it_stops_only_the_player_who_asked(casino: Casino) -> None:
    casino.token()
    casino.token("ben")
    exclude("ben", "6-months", now=casino.now)
    assert casino.bet(1).code == "OK"
    assert casino.bet(1, who=Who(player_id="ben")).code == "EXCLUDED"


def test_it_holds_when_the_clock_goes_back_an_hour(casino: Casino) -> None:
    casino.token()
    until = take_break("ana", "day", now=casino.now)
    casino.now -= timedelta(hours=1)
    assert casino.bet(1).code == "ON_BREAK"
    casino.now = until
    assert opens(casino) == "OK"


def test_it_counts_months_by_the_calendar_also_from_a_leap_day(casino: Casino) -> None:
    casino.now = datetime(2028, 2, 29, 12, tzinfo=UTC)
    casino.token()
    assert exclude("ana", "1-year", now=casino.now) == datetime(2029, 2, 28, 12, tzinfo=UTC)


def test_it_can_never_delete_the_register(casino: Casino) -> None:
    casino.token()
    exclude("ana", "1-year", now=casino.now)
    for table in ("absence", "carecard", "sitting"):
        with connection.cursor() as cursor, pytest.raises(IntegrityError, match="never deleted"):
            cursor.execute(f"DELETE FROM wallet_{table}")  # noqa: S608 - three constants


def test_it_says_when_there_is_no_wallet(casino: Casino) -> None:
    with pytest.raises(NoWallet, match="nobody has no wallet"):
        exclude("nobody", "1-year", now=casino.now)
