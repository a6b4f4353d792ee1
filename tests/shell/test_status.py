"""The status page in player words, and what machines read."""

from __future__ import annotations

from shell.status.knowledge import Knowledge
from shell.status.summary import summarise


def levels(known: Knowledge) -> dict[str, str]:
    return {row.label: row.level for row in summarise(known).rows}


def test_it_says_that_all_is_well_when_it_is() -> None:
    summary = summarise(Knowledge())
    assert summary.all_working
    assert summary.sentence == "Everything is working."
    assert {row.words for row in summary.rows} == {"Working"}


def test_it_names_what_people_do_and_no_service() -> None:
    summary = summarise(Knowledge(levels={"live_dealer.tables": "slow"}))
    assert summary.sentence == "Not everything is well: live tables. Your chips are safe, and the rest works."
    assert "live_dealer" not in " ".join(row.label + row.detail for row in summary.rows)


def test_it_takes_the_worst_of_the_slots_that_an_activity_needs() -> None:
    known = Knowledge(levels={"wallet.balance": "slow", "wallet.history": "away"})
    assert levels(known)["Seeing your balance and history"] == "away"
    assert levels(known)["Offers"] == "working"


def test_it_gives_a_new_fragment_a_row_under_its_own_title() -> None:
    known = Knowledge(slots={"chat.room": "Table chat", "lobby.games": "Games"}, levels={"chat.room": "away"})
    assert levels(known)["Table chat"] == "away"
    assert "Games" not in levels(known)


def test_it_says_when_redis_keeps_people_from_signing_in() -> None:
    summary = summarise(Knowledge(sessions_are_up=False, live_is_up=False))
    assert "signing in and updates that arrive by themselves" in summary.sentence
