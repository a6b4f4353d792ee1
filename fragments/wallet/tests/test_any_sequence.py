"""Any sequence of commands, repeats and contradictions, on the real database beside the oracle."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from fragments.wallet.commands.case import BadCommand
from fragments.wallet.commands.requests import ConvertBonus, ForfeitBonus, GrantBonus, Who
from fragments.wallet.models import Wallet
from fragments.wallet.tests.oracle import FLOAT, Oracle

if TYPE_CHECKING:
    from collections.abc import Callable

    from fragments.wallet.commands.answers import Answer
    from fragments.wallet.tests.casino import Casino

EXAMPLES, STEPS = 60, 50
FEW = st.integers(0, 3)
AMOUNTS = st.integers(1, 300)
ROUNDS = st.sampled_from(["r0", "r1", "r2"])
SUMS = "SELECT COALESCE(SUM(amount), 0), COUNT(DISTINCT wallet_version) FROM wallet_entry WHERE account LIKE %s"


class AnySequence(RuleBasedStateMachine):
    """Ids come from a small pool, so that most commands meet others about the same bet, hold or grant."""

    casino: ClassVar[Casino]
    numbers: ClassVar[count[int]] = count()

    def __init__(self) -> None:
        super().__init__()
        self.player = f"player-{next(self.numbers)}"
        self.who = Who(player_id=self.player)
        self.oracle = Oracle()
        self.casino.token(self.player)
        self.grant(0, 150)  # so that stakes of both kinds of money are common

    def tx(self, kind: str, number: int) -> str:
        return f"{self.player}-{kind}{number}"

    def same(self, ask: Callable[[], Answer], expected: str) -> None:
        try:
            answer = ask()
        except BadCommand:
            assert expected == "BAD_REQUEST"
        else:
            assert answer.code == expected

    @rule(bet=FEW, stake=AMOUNTS, at=ROUNDS)
    def bet(self, bet: int, stake: int, at: str) -> None:
        tx, place = self.tx("b", bet), f"{self.player}-{at}"
        ask = lambda: self.casino.bet(stake, tx, who=self.who, round_id=place)  # noqa: E731
        self.same(ask, self.oracle.bet(tx, stake, place))

    @rule(bet=FEW, stake=AMOUNTS, win=AMOUNTS, at=ROUNDS)
    def bet_win(self, bet: int, stake: int, win: int, at: str) -> None:
        tx, place = self.tx("b", bet), f"{self.player}-{at}"
        ask = lambda: self.casino.bet_win(stake, win, tx, who=self.who, round_id=place)  # noqa: E731
        self.same(ask, self.oracle.bet_win(tx, stake, win, place))

    @rule(number=FEW, bet=FEW, kind=st.sampled_from(["b", "p"]), amount=st.integers(0, 300))
    def win(self, number: int, bet: int, kind: str, amount: int) -> None:
        tx, about = self.tx("w", number), self.tx(kind, bet)
        self.same(lambda: self.casino.win(amount, about, tx, who=self.who), self.oracle.win(tx, about, amount))

    @rule(number=FEW, bet=FEW)
    def rollback(self, number: int, bet: int) -> None:
        tx, about = self.tx("x", number), self.tx("b", bet)
        self.same(lambda: self.casino.roll_back(about, tx, who=self.who), self.oracle.rollback(tx, about))

    @rule(hold=FEW, amount=AMOUNTS)
    def hold(self, hold: int, amount: int) -> None:
        tx = self.tx("h", hold)
        place = f"table-{tx}"
        ask = lambda: self.casino.hold(amount, tx, who=self.who, round_id=place)  # noqa: E731
        self.same(ask, self.oracle.hold(tx, amount))

    @rule(number=FEW, hold=FEW, amount=AMOUNTS)
    def post(self, number: int, hold: int, amount: int) -> None:
        tx, about = self.tx("p", number), self.tx("h", hold)
        self.same(lambda: self.casino.post(amount, about, tx, who=self.who), self.oracle.post(tx, about, amount))

    @rule(number=FEW, hold=FEW)
    def void(self, number: int, hold: int) -> None:
        tx, about = self.tx("v", number), self.tx("h", hold)
        self.same(lambda: self.casino.void(about, tx, who=self.who), self.oracle.void(tx, about))

    @rule(grant=FEW, amount=st.integers(1, 300))
    def grant(self, grant: int, amount: int) -> None:
        tx = self.tx("g", grant)
        command = GrantBonus(provider="promotions", transaction_id=tx, who=self.who, amount=amount)
        self.same(lambda: self.casino.gift(command), self.oracle.grant(tx, amount))

    @rule(number=FEW, grant=FEW, to_cash=st.booleans())
    def end_bonus(self, number: int, grant: int, to_cash: bool) -> None:  # noqa: FBT001 - drawn by name
        tx, about = self.tx("e", number), self.tx("g", grant)
        kind: Any = ConvertBonus if to_cash else ForfeitBonus
        command = kind(provider="promotions", transaction_id=tx, who=self.who, grant_transaction_id=about)
        self.same(lambda: self.casino.gift(command), self.oracle.end_bonus(tx, about, to_cash=to_cash))

    @rule(number=FEW, amount=AMOUNTS)
    def top_up(self, number: int, amount: int) -> None:
        tx = self.tx("t", number)
        self.same(lambda: self.casino.top_up(amount, tx, self.player), self.oracle.top_up(tx, amount))

    @invariant()
    def the_wallet_is_what_the_oracle_says(self) -> None:
        wallet = Wallet.objects.get(player_id=self.player)
        oracle = self.oracle
        found = (wallet.cash, wallet.bonus, wallet.held, wallet.version)
        assert found == (oracle.cash, oracle.bonus, oracle.held, oracle.version)
        with connection.cursor() as cursor:
            cursor.execute(SUMS, [f"player:{self.player}:%"])
            assert cursor.fetchone()[0] == oracle.cash + oracle.bonus + oracle.held

    def teardown(self) -> None:
        assert self.casino.broken_rules() == []


def test_it_does_what_the_oracle_says_whatever_is_asked(casino: Casino, settings: Any) -> None:
    settings.STARTING_FLOAT_MINOR = FLOAT
    run(type("Sequence", (AnySequence,), {"casino": casino}))


def run(machine: type[AnySequence]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
