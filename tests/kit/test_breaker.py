"""The breaker opens on a rate, comes back by one probe at a time, and counts only what says something."""

from __future__ import annotations

import pytest

from fragment_kit.resilience.breaker import Breaker, Ticket
from fragment_kit.resilience.breaker_board import PARTITIONS_MAX, BreakerBoard, BreakerChange, BreakerKey
from fragment_kit.resilience.breaker_rules import BreakerRules
from fragment_kit.resilience.clock import ManualClock


def breaker(clock: ManualClock, **rules: float) -> Breaker:
    return Breaker(BreakerRules(**({"jitter_part": 0} | rules)), clock=clock)


def admitted(breaker: Breaker) -> Ticket:
    ticket = breaker.admit()
    assert ticket is not None
    return ticket


def opened(clock: ManualClock, **rules: float) -> Breaker:
    made = breaker(clock, **rules)
    for _ in range(10):
        admitted(made).failed()
    assert made.state == "open"
    return made


def test_it_opens_at_half_of_ten_calls_and_not_before() -> None:
    made = breaker(ManualClock())
    for n in range(9):
        ticket = admitted(made)
        ticket.failed() if n < 5 else ticket.succeeded()
    assert made.state == "closed"
    admitted(made).failed()
    assert made.state == "open"


def test_it_stays_closed_just_below_half() -> None:
    made = breaker(ManualClock())
    for n in range(100):
        ticket = admitted(made)
        ticket.failed() if n % 5 in {1, 3} else ticket.succeeded()
    assert made.state == "closed"


def test_it_opens_at_a_steady_half_of_failures() -> None:
    made = breaker(ManualClock())
    for n in range(10):
        ticket = admitted(made)
        ticket.succeeded() if n % 2 == 0 else ticket.failed()
    assert made.state == "open"


def test_it_opens_when_four_fifths_are_slow() -> None:
    made = breaker(ManualClock())
    for n in range(10):
        admitted(made).succeeded(slow=n >= 2)
    assert made.state == "open"


def test_it_forgets_failures_of_more_than_ten_seconds_ago() -> None:
    clock = ManualClock()
    made = breaker(clock)
    for _ in range(9):
        admitted(made).failed()
    clock.advance(10)
    admitted(made).failed()
    assert made.state == "closed"
    assert made.snapshot().tally.calls == 1


def test_it_does_not_count_players_who_left() -> None:
    made = breaker(ManualClock())
    for _ in range(100):
        admitted(made).release()
    assert (made.state, made.snapshot().tally.calls) == ("closed", 0)


def test_it_lets_exactly_one_probe_through() -> None:
    clock = ManualClock()
    made = opened(clock)
    assert made.admit() is None
    clock.advance(5)
    assert made.state == "half_open"
    probes = [ticket for ticket in (made.admit() for _ in range(50)) if ticket is not None]
    assert len(probes) == 1
    assert made.snapshot().is_probing
    probes[0].succeeded()
    assert (made.state, made.snapshot().is_probing) == ("half_open", False)


def test_it_frees_the_place_of_a_probe_whose_player_left() -> None:
    clock = ManualClock()
    made = opened(clock)
    clock.advance(5)
    admitted(made).release()
    assert made.state == "half_open"
    admitted(made)


def test_it_takes_a_probe_that_never_came_back_for_a_failure() -> None:
    clock = ManualClock()
    made = opened(clock)
    clock.advance(5)
    lost = admitted(made)
    clock.advance(2.1)
    assert made.admit() is None
    assert made.state == "open"
    lost.succeeded()
    assert made.state == "open"


def test_it_closes_after_two_successes_in_a_row() -> None:
    clock = ManualClock()
    made = opened(clock)
    clock.advance(5)
    admitted(made).succeeded()
    assert made.state == "half_open"
    admitted(made).succeeded()
    assert made.state == "closed"
    assert made.snapshot().tally.calls == 0


def test_it_doubles_the_pause_up_to_a_minute_and_starts_over_after_closing() -> None:
    clock = ManualClock()
    made = opened(clock)
    pauses = []
    for _ in range(6):
        pauses.append(made.retry_after_s())
        clock.advance(pauses[-1])
        admitted(made).failed()
    assert pauses == pytest.approx([5, 10, 20, 40, 60, 60])
    clock.advance(60)
    admitted(made).succeeded()
    admitted(made).succeeded()
    for _ in range(10):
        admitted(made).failed()
    assert made.retry_after_s() == pytest.approx(5)


def test_it_takes_a_slow_probe_for_a_failure() -> None:
    clock = ManualClock()
    made = opened(clock)
    clock.advance(5)
    admitted(made).succeeded(slow=True)
    assert made.state == "open"


def test_it_spreads_the_pauses() -> None:
    pauses = []
    for chance in (0.0, 0.5, 1.0):
        made = Breaker(BreakerRules(calls_min=1), clock=ManualClock(), chance=lambda chance=chance: chance)
        admitted(made).failed()
        pauses.append(made.retry_after_s())
    assert pauses == pytest.approx([4, 5, 6])


def test_it_obeys_retry_after_from_the_first_call_and_for_a_minute_at_most() -> None:
    clock = ManualClock()
    made = breaker(clock)
    admitted(made).failed(retry_after_s=2)
    assert made.retry_after_s() == pytest.approx(2)
    clock.advance(2)
    admitted(made).failed(retry_after_s=900)
    assert made.retry_after_s() == pytest.approx(60)


def test_it_ignores_news_of_calls_that_began_before_it_opened() -> None:
    clock = ManualClock()
    made = breaker(clock)
    late = admitted(made)
    for _ in range(10):
        admitted(made).failed()
    clock.advance(5)
    admitted(made).succeeded()
    late.succeeded()
    assert made.state == "half_open"
    admitted(made).succeeded()
    assert made.state == "closed"


def test_it_counts_only_the_first_word_of_a_ticket() -> None:
    made = breaker(ManualClock())
    ticket = admitted(made)
    ticket.failed()
    ticket.succeeded()
    ticket.release()
    assert (made.snapshot().tally.calls, made.snapshot().tally.failed) == (1, 1)


def test_it_lets_the_next_call_through_when_a_look_from_outside_found_the_neighbour_well() -> None:
    made = opened(ManualClock())
    made.allow_probe_now()
    assert made.state == "half_open"
    assert [made.admit() is not None for _ in range(3)] == [True, False, False]


def test_it_obeys_an_operator_until_the_word_runs_out() -> None:
    clock = ManualClock()
    made = breaker(clock)
    made.override("open", for_s=30)
    assert (made.state, made.admit(), made.retry_after_s()) == ("open", None, pytest.approx(30))
    clock.advance(30)
    assert made.state == "closed"
    broken = opened(clock)
    broken.override("closed", for_s=30)
    assert broken.admit() is not None
    broken.end_override()
    assert broken.admit() is None


def test_it_refuses_an_override_without_an_end() -> None:
    with pytest.raises(ValueError, match="needs an end"):
        breaker(ManualClock()).override("open", for_s=0)


def test_the_board_tells_listeners_and_probes_a_whole_fragment() -> None:
    clock = ManualClock()
    board = BreakerBoard(BreakerRules(calls_min=1, jitter_part=0), clock=clock)
    changes: list[BreakerChange] = []
    board.on_change(changes.append)
    keys = [BreakerKey(group="wallet", name=name) for name in ("balance", "history")]
    for key in keys:
        admitted(board.get(key)).failed()
    assert [(change.key, change.after) for change in changes] == [(key, "open") for key in keys]
    board.allow_probe_now("lobby")
    assert {snapshot.state for snapshot in board.snapshot().values()} == {"open"}
    board.allow_probe_now("wallet")
    assert {snapshot.state for snapshot in board.snapshot().values()} == {"half_open"}


def test_the_board_keeps_a_bounded_number_of_rehearsals_and_never_loses_a_real_breaker() -> None:
    board = BreakerBoard()
    real = board.get(BreakerKey(group="wallet", name="balance"))
    for n in range(PARTITIONS_MAX + 50):
        board.get(BreakerKey(group="wallet", name="balance", partition=f"plan-{n}"))
    assert len(board.snapshot()) == PARTITIONS_MAX + 1
    assert board.get(BreakerKey(group="wallet", name="balance")) is real
