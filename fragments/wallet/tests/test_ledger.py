"""The pure rules, tried with many wallets and whole lives of bets, against a model that fits in ten lines."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from fragments.wallet import ledger
from fragments.wallet.ledger import Bet, Effect, Holdings, LedgerBroken, Posting, Refusal, RoundSums
from fragments.wallet.money import AMOUNT_MAX, parse_minor, show, show_signed

AMOUNTS = st.integers(min_value=1, max_value=AMOUNT_MAX)


def holdings(cash: int, version: int = 1) -> Holdings:
    return Holdings(player_id="ana", cash=cash, version=version)


@given(cash=st.integers(0, AMOUNT_MAX), stake=AMOUNTS)
def test_it_takes_a_stake_exactly_when_there_is_enough(cash: int, stake: int) -> None:
    decision = ledger.decide_bet(holdings(cash), stake, provider="p", sums=RoundSums(), session_is_live=True)
    if stake > cash:
        assert decision == Refusal("NO_FUNDS")
    else:
        assert isinstance(decision, Effect)
        assert decision.holdings == holdings(cash - stake, 2)
        assert sum(posting.amount for posting in decision.postings) == 0


@given(cash=st.integers(0, AMOUNT_MAX), stake=AMOUNTS)
def test_a_rollback_is_the_exact_negation_of_its_bet(cash: int, stake: int) -> None:
    before = holdings(cash + stake)
    taken = ledger.decide_bet(before, stake, provider="p", sums=RoundSums(), session_is_live=True)
    assert isinstance(taken, Effect)
    assert taken.round is not None
    undone = ledger.decide_rollback(
        taken.holdings, provider="p", bet=Bet(stake=stake), sums=taken.round, round_closed=False
    )
    assert isinstance(undone, Effect)
    assert undone.holdings.cash == before.cash
    assert undone.round == RoundSums()
    assert [-line.amount for line in undone.postings] == [line.amount for line in taken.postings]


def test_it_refuses_a_win_that_no_column_could_hold() -> None:
    decision = ledger.decide_win(
        holdings(ledger.BALANCE_MAX), 1, provider="p", bet=Bet(stake=1), sums=RoundSums(), round_closed=None
    )
    assert decision == Refusal("BAD_REQUEST")


@pytest.mark.parametrize("postings", [(Posting("a", 1),), (Posting("a", 1), Posting("b", -2))])
def test_it_raises_over_postings_that_do_not_cancel_out(postings: tuple[Posting, ...]) -> None:
    with pytest.raises(LedgerBroken):
        ledger.check_zero_sum(postings)


@given(win=st.integers(0, AMOUNT_MAX), stake=AMOUNTS)
def test_its_multiple_is_never_rounded_up(win: int, stake: int) -> None:
    multiple = ledger.multiplier_bp(win, stake)
    assert multiple * stake <= win * 10_000 < (multiple + 1) * stake


@given(st.integers(-AMOUNT_MAX, AMOUNT_MAX))
def test_it_shows_money_without_losing_a_unit(amount: int) -> None:
    text = show(amount).replace("\N{MINUS SIGN}", "-").replace(",", "").replace(".", "")
    assert int(text) == amount


def test_it_shows_money_the_way_people_write_it() -> None:
    assert [show(5), show(100_000), show(-250), show_signed(250)] == ["0.05", "1,000.00", "\N{MINUS SIGN}2.50", "+2.50"]


@given(st.text(max_size=20) | st.integers() | st.floats() | st.none())
def test_it_reads_an_amount_only_in_its_one_canonical_form(value: Any) -> None:
    amount = parse_minor(value)
    assert amount is None or str(amount) == value


class OneWallet(RuleBasedStateMachine):
    """Any sequence of commands on one wallet, beside a model that only adds up."""

    def __init__(self) -> None:
        super().__init__()
        self.now = holdings(1_000, version=0)
        self.lines: list[Posting] = [Posting(ledger.cash("ana"), 1_000), Posting(ledger.MINT, -1_000)]
        self.open: list[tuple[int, RoundSums]] = []
        self.effects = 0

    @rule(stake=st.integers(1, 400))
    def bet(self, stake: int) -> None:
        decision = ledger.decide_bet(self.now, stake, provider="p", sums=RoundSums(), session_is_live=True)
        if self.take(decision) and isinstance(decision, Effect) and decision.round is not None:
            self.open.append((stake, decision.round))

    @rule(win=st.integers(0, 900))
    def win(self, win: int) -> None:
        if self.open:
            stake, sums = self.open.pop()
            bet = Bet(stake=stake)
            assert self.take(ledger.decide_win(self.now, win, provider="p", bet=bet, sums=sums, round_closed=None))

    @rule()
    def roll_back(self) -> None:
        if self.open:
            stake, sums = self.open.pop(0)
            bet = Bet(stake=stake)
            assert self.take(ledger.decide_rollback(self.now, provider="p", bet=bet, sums=sums, round_closed=True))

    @rule(amount=st.integers(1, 2_000))
    def top_up(self, amount: int) -> None:
        is_allowed = self.now.cash + amount <= 1_000
        assert self.take(ledger.decide_top_up(self.now, amount, float_minor=1_000)) == is_allowed

    def take(self, decision: object) -> bool:
        if not isinstance(decision, Effect):
            return False
        self.effects += 1
        self.now = decision.holdings
        self.lines += decision.postings
        return True

    @invariant()
    def the_books_are_right(self) -> None:
        assert sum(line.amount for line in self.lines) == 0
        assert self.now.cash == sum(line.amount for line in self.lines if line.account == ledger.cash("ana"))
        assert self.now.cash >= 0
        assert self.now.version == self.effects


TestOneWallet = OneWallet.TestCase
