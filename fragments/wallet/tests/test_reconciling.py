"""The provider's book against ours: silent when they agree, and one sentence for each way in which they may not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from fragments.wallet.reconciling import compare

if TYPE_CHECKING:
    from fragments.wallet.tests.casino import Casino


def call(operation: str, name: str, amount: int, answer: str = "OK") -> dict[str, Any]:
    return {"operation": operation, "transaction_id": name, "amount": str(amount), "answer": answer}


def played(casino: Casino) -> list[dict[str, Any]]:
    casino.leave("ana", 1_000)
    casino.bet(100, "b1")
    casino.win(250, "b1", "w1")
    casino.bet(5_000, "b2")
    casino.roll_back("b3", "x3")
    return [
        call("bet", "spend-ana", 99_000),
        call("bet", "b1", 100),
        call("win", "w1", 250),
        call("bet", "b2", 5_000, "NO_FUNDS"),
        call("rollback", "x3", 70, "NOOP_TOMBSTONED"),
        call("bet", "b3", 70, "ROLLED_BACK_BEFORE_ARRIVAL"),
        call("win", "w9", 5, "BET_NOT_FOUND"),
    ]


def differences(casino: Casino, calls: list[dict[str, Any]], *, hours: int = 1) -> list[str]:
    now_s = int(casino.now.timestamp())
    found = compare("simulator", calls, since_s=now_s - 60, until_s=now_s + hours * 3_600)
    return [f"{one.transaction_id}: {one.what}" for one in found.differences]


def test_it_has_nothing_to_say_when_the_books_agree(casino: Casino) -> None:
    assert differences(casino, played(casino)) == []


def test_it_leaves_out_what_lies_outside_the_window(casino: Casino) -> None:
    calls = played(casino)
    casino.now += timedelta(days=1)
    casino.bet(10, "later")
    casino.now -= timedelta(days=1)
    assert differences(casino, calls) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda calls: calls.pop(2), "w1: the wallet has this win, the provider does not"),
        (
            lambda calls: calls.append(call("win", "w2", 5)),
            "w2: the provider was answered OK, the wallet knows nothing",
        ),
        (lambda calls: calls[2].update(amount="251"), "w1: 251 for the provider, 250 here"),
        (lambda calls: calls[3].update(answer="OK"), "b2: the provider was answered OK, the wallet decided NO_FUNDS"),
        (lambda calls: calls[1].update(operation="win"), "b1: a win for the provider, a bet here"),
    ],
)
def test_it_names_each_disagreement(casino: Casino, change: Any, sentence: str) -> None:
    calls = played(casino)
    change(calls)
    (found,) = differences(casino, calls)
    assert found.startswith(sentence)


def test_it_counts_calls_whose_end_the_provider_never_heard(casino: Casino) -> None:
    calls = played(casino)
    calls[1]["answer"] = "UNCERTAIN"
    calls.append(call("bet", "lost", 10, "UNCERTAIN"))
    now_s = int(casino.now.timestamp())
    found = compare("simulator", calls, since_s=now_s - 60, until_s=now_s + 60)
    assert (found.settled_here, found.differences) == (1, ())
