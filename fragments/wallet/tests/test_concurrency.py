"""Many at once on one database, each thread with a connection of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random
from threading import Barrier
from typing import TYPE_CHECKING

from django.db import connection

from fragments.wallet.commands.gifts import pay_prizes
from fragments.wallet.commands.requests import prize_for
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


INTERLEAVINGS = 1_000


def test_it_decides_a_thousand_races_of_a_bet_with_its_rollback(casino: Casino) -> None:
    casino.token()
    dice = Random(11)  # noqa: S311 - chance, not secrets
    calls = []
    for number in range(INTERLEAVINGS):
        pair = [partial(casino.bet, 100, f"b{number}"), partial(casino.roll_back, f"b{number}", f"x{number}")]
        dice.shuffle(pair)
        calls += pair
    with ThreadPoolExecutor(max_workers=8) as threads:
        # Neighbours meet: eight threads take from a list in which each bet stands beside its rollback.
        codes = {answer.code for answer in threads.map(lambda call: call(), calls)}
        list(threads.map(lambda _: connection.close(), range(64)))
    assert codes <= {"OK", "NOOP_TOMBSTONED", "ROLLED_BACK_BEFORE_ARRIVAL"}
    assert casino.cash() == 100_000
    assert casino.broken_rules() == []


def test_it_lets_either_a_win_or_a_rollback_end_a_bet(casino: Casino) -> None:
    casino.token()
    expected = 100_000
    for number in range(20):
        bet = f"b{number}"
        casino.bet(100, bet)
        won, undone = at_once([partial(casino.win, 250, bet, f"w{bet}"), partial(casino.roll_back, bet, f"x{bet}")])
        assert sorted([won.code == "OK", undone.code == "OK"]) == [False, True]
        expected += 150 if won.code == "OK" else 0
        assert casino.cash() == expected
    assert casino.broken_rules() == []


def test_it_gives_a_stake_back_once_when_ten_ask_at_once(casino: Casino) -> None:
    casino.token()
    casino.bet(100, "b1")
    answers = at_once([partial(casino.roll_back, "b1", f"x{number}") for number in range(10)])
    assert {answer.code for answer in answers} == {"OK"}
    assert casino.cash() == 100_000
    assert casino.events().count("bet_rolled_back") == 1


def test_it_resolves_a_hold_once_when_posts_and_voids_meet(casino: Casino) -> None:
    casino.leave("ana", 1_000)
    for number in range(10):
        hold = f"h{number}"
        casino.hold(100, hold)
        calls = [partial(casino.post, 100, hold, f"p{hold}-{index}") for index in range(4)]
        answers = at_once([*calls, *(partial(casino.void, hold, f"v{hold}-{index}") for index in range(4))])
        posted = [answer.code for answer in answers[:4]].count("OK")
        assert posted <= 1
        if posted:
            casino.roll_back(next(f"p{hold}-{index}" for index in range(4) if answers[index].code == "OK"))
        assert casino.pockets() == (1_000, 0, 0)
    assert casino.broken_rules() == []


def test_it_pays_batches_of_prizes_in_opposite_orders_without_a_deadlock(casino: Casino) -> None:
    players = [f"player-{number}" for number in range(6)]
    for player in players:
        casino.leave(player, 0)

    def pay(tournament: str, order: list[str]) -> list[Answer]:
        prizes = [
            prize_for(
                "tournaments", tournament_id=tournament, rank=1 + players.index(player), player_id=player, amount=5
            )
            for player in order
        ]
        return pay_prizes(prizes, now=casino.now)

    def run(number: int) -> list[Answer]:
        return pay(f"t{number}", players if number % 2 else players[::-1])

    with ThreadPoolExecutor(max_workers=8) as threads:
        list(threads.map(run, range(24)))
        list(threads.map(lambda _: connection.close(), range(64)))
    assert {casino.cash(player) for player in players} == {24 * 5}
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
