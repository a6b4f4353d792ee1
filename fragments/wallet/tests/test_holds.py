"""A hold: set aside once, then staked in whole or part, or given back, and never twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from fragment_kit.serving.threads import in_thread
from fragments.wallet.commands.case import BadCommand
from fragments.wallet.commands.hold import expire_holds
from fragments.wallet.expiry import HoldExpiry
from fragments.wallet.models import Hold

if TYPE_CHECKING:
    from fragments.wallet.tests.casino import Casino


def test_it_sets_money_aside_that_cannot_be_staked_elsewhere(casino: Casino) -> None:
    casino.leave("ana", 1_000)
    answer = casino.hold(800, "h1")
    assert (answer.code, answer.balance, answer.extra["held"]) == ("OK", 200, "800")
    assert casino.bet(201).code == "NO_FUNDS"
    assert casino.hold(201, "h2").code == "NO_FUNDS"
    assert casino.pockets() == (200, 0, 800)
    assert casino.broken_rules() == []


def test_it_stakes_part_of_a_hold_and_gives_the_rest_back(casino: Casino) -> None:
    casino.leave("ana", 1_000)
    casino.hold(800, "h1", round_id="r1")
    assert casino.post(300, "h1", "p1").balance == 700
    assert casino.win(900, "p1").balance == 1_600
    assert casino.pockets() == (1_600, 0, 0)
    assert casino.bet(10, round_id="r1").code == "ROUND_ALREADY_SETTLED"
    assert casino.broken_rules() == []


def test_it_rolls_a_posted_hold_back_like_any_bet(casino: Casino) -> None:
    casino.leave("ana", 1_000)
    casino.hold(800, "h1")
    casino.post(300, "h1", "p1")
    assert casino.roll_back("p1").balance == 1_000
    assert casino.post(300, "h1", "p2").code == "HOLD_ALREADY_RESOLVED"
    assert casino.broken_rules() == []


@pytest.mark.parametrize("order", list(permutations(["post", "void", "expire"])))
def test_it_resolves_a_hold_exactly_once_in_whatever_order(casino: Casino, order: tuple[str, ...]) -> None:
    casino.leave("ana", 1_000)
    casino.hold(800, "h1", ttl_s=60)
    for step in order:
        if step == "expire":
            casino.now += timedelta(seconds=60)
            expire_holds(casino.now)
        else:
            casino.post(800, "h1") if step == "post" else casino.void("h1")
    is_staked = order[0] == "post"
    assert casino.pockets() == ((200 if is_staked else 1_000), 0, 0)
    assert Hold.objects.get().state == {"post": "POSTED", "void": "VOIDED", "expire": "EXPIRED"}[order[0]]
    assert expire_holds(casino.now) == 0
    assert casino.broken_rules() == []


def test_it_gives_back_only_what_is_over(casino: Casino) -> None:
    casino.leave("ana", 1_000)
    casino.hold(100, "h1", ttl_s=59)
    casino.hold(200, "h2", ttl_s=61)
    casino.now += timedelta(seconds=60)
    assert casino.post(100, "h1").code == "HOLD_EXPIRED"
    assert expire_holds(casino.now) == 1
    assert casino.pockets() == (800, 0, 200)
    assert casino.events()[-1] == "hold_expired"


async def test_a_worker_gives_back_what_a_silent_table_left(casino: Casino) -> None:
    def held() -> tuple[int, int, int]:
        casino.leave("ana", 1_000)
        casino.hold(100, "h1", ttl_s=5)
        return casino.pockets()

    assert await in_thread(held) == (900, 0, 100)
    assert await HoldExpiry(lambda: casino.now).step() == 0
    assert await HoldExpiry(lambda: casino.now + timedelta(seconds=5)).step() == 1
    assert await in_thread(casino.pockets) == (1_000, 0, 0)


def test_a_clock_that_goes_back_an_hour_loses_no_chip(casino: Casino) -> None:
    casino.now = datetime(2028, 2, 29, 0, 30, tzinfo=UTC)
    casino.leave("ana", 1_000)
    casino.hold(100, "h1", ttl_s=60)
    casino.bet(100, "b1")
    casino.now -= timedelta(hours=1)
    assert casino.win(250, "b1").balance == 1_050
    assert casino.bet(50, "b2").balance == 1_000
    assert casino.roll_back("b2").balance == 1_050
    assert expire_holds(casino.now) == 0
    assert casino.post(100, "h1", "p1").balance == 1_050
    casino.now += timedelta(hours=3)
    assert expire_holds(casino.now) == 0
    assert casino.broken_rules() == []


def test_it_ends_a_late_hold_on_the_tombstone_of_its_voiding(casino: Casino) -> None:
    casino.token()
    assert casino.void("h1", "v1").code == "NOOP_TOMBSTONED"
    assert casino.hold(100, "h1").code == "ROLLED_BACK_BEFORE_ARRIVAL"
    assert casino.void("h1", "v1").extra["replayed"] is True
    assert casino.post(100, "h1").code == "HOLD_NOT_FOUND"
    assert casino.pockets() == (100_000, 0, 0)
    assert casino.broken_rules() == []


def test_it_answers_a_repeat_with_all_that_was_said_before(casino: Casino) -> None:
    casino.token()
    first = casino.hold(100, "h1").body()
    casino.bet(50)
    assert casino.hold(100, "h1").body() == {**first, "replayed": True, "current_balance": "99850"}
    assert casino.hold(101, "h1").code == "IDEMPOTENCY_CONFLICT"


def test_it_refuses_to_stake_more_than_is_held(casino: Casino) -> None:
    casino.token()
    casino.hold(100, "h1")
    with pytest.raises(BadCommand, match="only 100 is held"):
        casino.post(101, "h1")


def test_a_voiding_of_a_refused_hold_has_nothing_to_give_back(casino: Casino) -> None:
    casino.leave("ana", 10)
    assert casino.hold(100, "h1").code == "NO_FUNDS"
    assert casino.void("h1").code == "OK"
    assert casino.pockets() == (10, 0, 0)
