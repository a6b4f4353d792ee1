"""Many at once on one SQLite file, each thread with a connection of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TYPE_CHECKING

from django.db import connection

from fragments.wallet.models import Entry, LedgerTransaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fragments.wallet.commands.answers import Answer
    from fragments.wallet.tests.casino import Casino

CALLERS = 64


def at_once(calls: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Run every call in a thread of its own, all released at the same moment."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Answer]) -> Answer:
        try:
            barrier.wait(timeout=30)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(calls)) as threads:
        return list(threads.map(run, calls))


def test_it_gives_64_identical_bets_one_effect_and_one_answer(casino: Casino) -> None:
    casino.token()
    answers = at_once([lambda: casino.bet(100, "b1")] * CALLERS)
    bodies = [answer.body() for answer in answers]
    assert sum(not body["replayed"] for body in bodies) == 1
    assert {(body["code"], body["balance"]) for body in bodies} == {("OK", "99900")}
    assert casino.cash() == 99_900
    assert Entry.objects.filter(transaction__provider_tx_id="b1").count() == 2
    assert casino.events().count("bet_placed") == 1
    assert casino.broken_rules() == []


def test_it_accepts_exactly_32_of_64_bets_of_100_on_3200(casino: Casino) -> None:
    casino.leave("ana", 3_200)
    answers = at_once([lambda name=f"b{number}": casino.bet(100, name) for number in range(CALLERS)])
    codes = [answer.code for answer in answers]
    assert (codes.count("OK"), codes.count("NO_FUNDS")) == (32, 32)
    assert sorted(int(answer.balance or 0) for answer in answers if answer.code == "OK") == list(range(0, 3_200, 100))
    assert casino.cash() == 0
    assert casino.broken_rules() == []


def test_it_lets_one_of_two_contents_under_one_id_win(casino: Casino) -> None:
    casino.token()
    calls = [lambda amount=100 + number % 2: casino.bet(amount, "b1") for number in range(CALLERS)]
    codes = [answer.code for answer in at_once(calls)]
    assert (codes.count("OK"), codes.count("IDEMPOTENCY_CONFLICT")) == (32, 32)
    assert casino.cash() in {99_900, 99_899}
    assert casino.broken_rules() == []


def test_it_decides_every_race_of_bet_rollback_and_win_without_losing_a_chip(casino: Casino) -> None:
    casino.token()
    for number in range(20):
        bet = f"b{number}"
        at_once(
            [
                partial(casino.bet, 100, bet),
                partial(casino.roll_back, bet, f"x{bet}"),
                partial(casino.win, 100, bet, f"w{bet}"),
            ]
        )
        # Whoever came first, the stake came back: by rollback, by the win of the same size, or it never left.
        casino.win(100, bet, f"w{bet}")
        assert casino.cash() == 100_000, bet
        ends = LedgerTransaction.objects.filter(closes__provider_tx_id=bet)
        assert ends.count() <= 1
    assert casino.broken_rules() == []


def test_it_opens_one_wallet_however_many_ask_at_once(casino: Casino) -> None:
    with ThreadPoolExecutor(max_workers=16) as threads:

        def ask(_: int) -> str:
            try:
                return casino.token("chi")
            finally:
                connection.close()

        tokens = list(threads.map(ask, range(16)))
    assert len(set(tokens)) == 16
    assert casino.cash("chi") == 100_000
    assert casino.events().count("opened") == 1
