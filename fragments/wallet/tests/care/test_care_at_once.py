"""Care under 64 threads on one SQLite file: no stake slips past a limit, nor past an exclusion that is committed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fragments.wallet.care.exclusion import exclude
from fragments.wallet.care.limits import set_limit
from fragments.wallet.care.models import Absence, DayTotals, Sitting
from fragments.wallet.models import LedgerTransaction, Wallet
from fragments.wallet.tests.care.news_told import told
from fragments.wallet.tests.test_concurrency import CALLERS, at_once

if TYPE_CHECKING:
    from fragments.wallet.tests.casino import Casino


def test_it_takes_exactly_20_of_64_stakes_of_100_under_a_loss_limit_of_2000(casino: Casino) -> None:
    casino.token()
    set_limit("ana", "loss", "day", 2_000, now=casino.now)
    codes = [
        answer.code
        for answer in at_once([lambda name=f"b{number}": casino.bet(100, name) for number in range(CALLERS)])
    ]
    assert (codes.count("OK"), codes.count("LIMIT_LOSS")) == (20, 44)
    assert casino.cash() == 98_000
    assert told().count("limit_reached") == 1
    assert casino.broken_rules() == []


def test_it_takes_no_bet_after_an_exclusion_that_came_while_64_were_in_flight(casino: Casino) -> None:
    casino.token()
    calls: list[Any] = [lambda name=f"b{number}": casino.bet(100, name) for number in range(CALLERS)]
    calls.insert(CALLERS // 2, lambda: exclude("ana", "6-months", now=casino.now))
    at_once(calls)
    absence = Absence.objects.get()
    taken = LedgerTransaction.objects.filter(kind="bet", outcome="OK")
    assert not taken.filter(wallet_version__gt=absence.from_version).exists()
    assert taken.count() + LedgerTransaction.objects.filter(code="EXCLUDED").count() == CALLERS
    # The wallet stands where the exclusion found it: whatever was in flight came before, or not at all.
    assert Wallet.objects.get().version == absence.from_version
    assert Sitting.objects.order_by("number")[0].staked == taken.count() * 100
    assert casino.broken_rules() == []


def test_it_counts_every_chip_once_when_64_bets_wins_and_rollbacks_meet(casino: Casino) -> None:
    casino.token()
    for number in range(16):
        casino.bet(100, f"old{number}")
    calls: list[Any] = []
    for number in range(16):
        calls += [
            lambda name=f"new{number}": casino.bet(100, name),
            lambda name=f"old{number}": casino.win(70, name, f"w{name}"),
            lambda name=f"old{number}": casino.roll_back(name, f"x{name}"),
            lambda name=f"old{number}": casino.roll_back(name, f"x{name}"),
        ]
    at_once(calls)
    day, sitting = DayTotals.objects.get(), Sitting.objects.get()
    assert (day.staked, day.won) == (sitting.staked, sitting.won)
    assert casino.cash() == 100_000 - day.staked + day.won
