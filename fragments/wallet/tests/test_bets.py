"""A bet: taken once, refused for ever, and never twice whatever is sent again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from fragments.wallet.commands.case import BadCommand
from fragments.wallet.commands.requests import Who

if TYPE_CHECKING:
    from fragments.wallet.tests.casino import Casino


def test_it_opens_a_wallet_with_the_starting_float(casino: Casino) -> None:
    casino.token("ana")
    casino.token("ana")
    assert casino.cash("ana") == 100_000
    assert casino.events() == ["opened", "topped_up"]


def test_it_takes_the_stake_and_says_what_is_left(casino: Casino) -> None:
    casino.token()
    answer = casino.bet(250, "b1")
    assert answer.body() == {
        "status": "OK",
        "code": "OK",
        "transaction_id": "b1",
        "balance": "99750",
        "currency": "CHIP",
        "replayed": False,
    }
    assert casino.broken_rules() == []


def test_it_answers_a_repeat_from_the_store_with_the_current_balance_beside_it(casino: Casino) -> None:
    casino.token()
    first = casino.bet(250, "b1").body()
    casino.bet(50, "b2")
    again = casino.bet(250, "b1").body()
    assert again == {**first, "replayed": True, "current_balance": "99700"}
    assert casino.cash() == 99_700


@pytest.mark.parametrize("change", [{"game_id": "other"}, {"round_id": "other"}])
def test_it_refuses_another_content_under_the_same_id(casino: Casino, change: dict[str, str]) -> None:
    casino.token()
    casino.bet(250, "b1")
    answer = casino.bet(250, "b1", **change)
    assert (answer.code, answer.http_status()) == ("IDEMPOTENCY_CONFLICT", 409)
    assert casino.bet(251, "b1").code == "IDEMPOTENCY_CONFLICT"
    assert casino.win(250, "b1", "b1").code == "IDEMPOTENCY_CONFLICT"
    assert casino.cash() == 99_750


def test_it_refuses_the_same_id_from_another_player(casino: Casino) -> None:
    casino.token("ana")
    casino.token("ben")
    casino.bet(250, "b1", who=Who(player_id="ana"))
    assert casino.bet(250, "b1", who=Who(player_id="ben")).code == "IDEMPOTENCY_CONFLICT"
    assert casino.cash("ben") == 100_000


def test_it_keeps_refusing_a_bet_that_was_refused_even_when_there_is_money_again(casino: Casino) -> None:
    casino.leave("ana", 100)
    assert casino.bet(101, "b1").code == "NO_FUNDS"
    casino.top_up(1_000, "key-0001")
    again = casino.bet(101, "b1")
    assert (again.status, again.code, again.extra["replayed"]) == ("REJECTED", "NO_FUNDS", True)
    assert casino.cash() == 1_100
    assert casino.events()[-2:] == ["bet_rejected", "topped_up"]


def test_it_takes_the_last_chip_but_not_one_more(casino: Casino) -> None:
    casino.leave("ana", 100)
    assert casino.bet(100).code == "OK"
    assert casino.bet(1).code == "NO_FUNDS"
    assert casino.cash() == 0


def test_it_refuses_a_bet_with_an_expired_token_for_ever(casino: Casino) -> None:
    token = casino.token()
    casino.now += timedelta(hours=12)
    assert casino.bet(10, "b1", who=Who(token=token)).code == "NO_SESSION"
    assert casino.bet(10, "b1", who=Who(token=casino.token())).code == "NO_SESSION"
    assert casino.cash() == 100_000


def test_it_refuses_a_bet_of_nobody_we_know(casino: Casino) -> None:
    answer = casino.bet(10, "b1", who=Who(token="made-up"))
    assert (answer.code, answer.balance) == ("NO_SESSION", None)
    assert casino.bet(10, "b1", who=Who(player_id="nobody")).code == "IDEMPOTENCY_CONFLICT"


def test_it_refuses_a_token_and_an_id_that_name_two_players(casino: Casino) -> None:
    token = casino.token("ana")
    casino.token("ben")
    with pytest.raises(BadCommand, match="different players"):
        casino.bet(10, who=Who(player_id="ben", token=token))


def test_it_takes_no_bet_into_a_settled_round(casino: Casino) -> None:
    casino.token()
    casino.bet(10, "b1", round_id="r1")
    casino.win(0, "b1")
    assert casino.bet(10, "b2", round_id="r1").code == "ROUND_ALREADY_SETTLED"
