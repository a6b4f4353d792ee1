"""How a bet ends: paid once or given back once, in whatever order the provider's calls arrive."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from fragment_kit.contract.events import CloudEvent
from fragment_kit.events.models import OutboxEvent
from fragments.wallet.commands.case import BadCommand
from fragments.wallet.commands.requests import Who

if TYPE_CHECKING:
    from fragments.wallet.tests.casino import Casino


def test_it_pays_a_win_and_tells_the_multiple(casino: Casino) -> None:
    casino.token()
    casino.bet(200, "b1", category="cards")
    assert casino.win(500, "b1").balance == 100_300
    event = CloudEvent.from_json(OutboxEvent.objects.order_by("seq").last().payload)
    assert event.type == "shell.wallet.bet_settled.v1"
    told = {key: event.data[key] for key in ("stake", "win", "multiplier_bp", "category", "round_closed", "cash_after")}
    assert told == {
        "stake": "200",
        "win": "500",
        "multiplier_bp": 25_000,
        "category": "cards",
        "round_closed": True,
        "cash_after": "100300",
    }


def test_it_settles_a_loss_without_moving_money(casino: Casino) -> None:
    casino.token()
    casino.bet(200, "b1")
    assert casino.win(0, "b1").balance == 99_800
    assert casino.broken_rules() == []


def test_it_pays_a_bet_once(casino: Casino) -> None:
    casino.token()
    casino.bet(200, "b1")
    casino.win(500, "b1", "w1")
    second = casino.win(500, "b1", "w2")
    assert (second.code, second.http_status()) == ("ROUND_ALREADY_SETTLED", 409)
    assert casino.cash() == 100_300


def test_it_pays_several_wins_while_the_provider_keeps_the_round_open(casino: Casino) -> None:
    casino.token()
    casino.bet(100, "b1")
    casino.win(10, "b1", round_closed=False)
    casino.win(20, "b1", round_closed=False)
    assert casino.roll_back("b1").code == "ROUND_ALREADY_SETTLED"
    assert casino.win(30, "b1").balance == 99_960
    assert casino.win(30, "b1").code == "ROUND_ALREADY_SETTLED"
    assert casino.broken_rules() == []


def test_it_does_not_keep_a_win_that_overtook_its_bet_so_that_it_can_be_paid_later(casino: Casino) -> None:
    casino.token()
    assert casino.win(500, "b1", "w1").code == "BET_NOT_FOUND"
    casino.bet(200, "b1")
    assert casino.win(500, "b1", "w1").code == "OK"


def test_it_pays_and_gives_back_after_the_session_has_ended(casino: Casino) -> None:
    who = Who(token=casino.token())
    casino.bet(200, "b1", who=who)
    casino.bet(300, "b2", who=who)
    casino.now += timedelta(days=30)
    assert casino.win(500, "b1", who=who).code == "OK"
    assert casino.roll_back("b2", who=who).code == "OK"
    assert casino.cash() == 100_300


def test_it_gives_a_stake_back_exactly_once(casino: Casino) -> None:
    casino.token()
    casino.bet(200, "b1")
    assert [casino.roll_back("b1").code for _ in range(10)] == ["OK"] * 10
    assert casino.cash() == 100_000
    assert casino.events().count("bet_rolled_back") == 1
    assert casino.broken_rules() == []


def test_it_never_rolls_back_a_settled_bet(casino: Casino) -> None:
    casino.token()
    casino.bet(200, "b1")
    casino.win(0, "b1")
    answer = casino.roll_back("b1")
    assert (answer.code, answer.http_status()) == ("ROUND_ALREADY_SETTLED", 409)
    assert casino.cash() == 99_800


def test_it_never_pays_a_bet_that_was_rolled_back(casino: Casino) -> None:
    casino.token()
    casino.bet(200, "b1")
    casino.roll_back("b1")
    assert casino.win(500, "b1").code == "ROLLED_BACK_BEFORE_ARRIVAL"
    assert casino.cash() == 100_000


def test_it_ends_a_late_bet_on_the_tombstone_of_its_rollback(casino: Casino) -> None:
    casino.token()
    first = casino.roll_back("b1", "x1").body()
    assert (first["status"], first["code"]) == ("OK", "NOOP_TOMBSTONED")
    late = [casino.bet(200, "b1").body() for _ in range(3)]
    assert late[0]["code"] == "ROLLED_BACK_BEFORE_ARRIVAL"
    assert late == [late[0]] * 3
    assert casino.roll_back("b1", "x1").body() == {**first, "replayed": True, "current_balance": "100000"}
    assert casino.roll_back("b1", "x2").code == "NOOP_TOMBSTONED"
    assert casino.win(500, "b1").code == "ROLLED_BACK_BEFORE_ARRIVAL"
    assert casino.cash() == 100_000


def test_it_has_nothing_to_undo_for_a_bet_that_was_refused(casino: Casino) -> None:
    casino.leave("ana", 100)
    casino.bet(200, "b1")
    assert casino.roll_back("b1").status == "OK"
    assert casino.bet(200, "b1").code == "NO_FUNDS"
    assert casino.cash() == 100


def test_it_ends_with_the_same_money_in_every_order_of_bet_and_rollback(casino: Casino) -> None:
    casino.token()
    for number, order in enumerate(permutations(["bet", "rollback", "bet", "rollback"])):
        for step in order:
            if step == "bet":
                casino.bet(200, f"b{number}")
            else:
                casino.roll_back(f"b{number}", f"x{number}")
        assert casino.cash() == 100_000, order


def test_it_tells_nobody_about_another_players_bet(casino: Casino) -> None:
    casino.token("ana")
    casino.token("ben")
    casino.bet(200, "b1", who=Who(player_id="ana"))
    assert casino.win(500, "b1", who=Who(player_id="ben")).code == "BET_NOT_FOUND"
    assert casino.roll_back("b1", who=Who(player_id="ben")).code == "BET_NOT_FOUND"
    assert (casino.cash("ana"), casino.cash("ben")) == (99_800, 100_000)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda casino: casino.win(5, "b1", round_id="elsewhere"), "was placed in"),
        (lambda casino: casino.roll_back("b1", amount=199), "the bet was 200"),
        (lambda casino: casino.roll_back("w0"), "is a win, not a bet"),
        (lambda casino: casino.roll_back("x9", "x9"), "an id of its own"),
    ],
)
def test_it_refuses_a_call_that_contradicts_the_ledger(casino: Casino, call: object, sentence: str) -> None:
    casino.token()
    casino.bet(200, "b1")
    casino.bet(200, "b0")
    casino.win(10, "b0", "w0")
    with pytest.raises(BadCommand, match=sentence):
        call(casino)
    assert casino.cash() == 99_610


def test_it_voids_a_round_that_is_closed_with_nothing_in_it(casino: Casino) -> None:
    casino.token()
    casino.bet(200, "b1", round_id="r1")
    casino.roll_back("b1")
    assert casino.bet(200, "b2", round_id="r1").code == "OK"
    casino.roll_back("b2", round_closed=True)
    assert casino.bet(200, "b3", round_id="r1").code == "ROUND_ALREADY_SETTLED"
    assert casino.broken_rules() == []


def test_it_tops_up_to_the_starting_float_and_no_further(casino: Casino) -> None:
    casino.leave("ana", 99_000)
    assert casino.top_up(1_001, "key-0001").code == "ABOVE_FLOAT"
    assert casino.top_up(1_000, "key-0002").code == "OK"
    assert casino.top_up(1_000, "key-0002").extra["replayed"] is True
    assert casino.cash() == 100_000
