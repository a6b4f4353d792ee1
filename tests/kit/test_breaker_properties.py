"""Whatever happens in whatever order, these things hold for a breaker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from fragment_kit.resilience.breaker import Breaker, Ticket
from fragment_kit.resilience.breaker_rules import BreakerRules
from fragment_kit.resilience.clock import ManualClock

if TYPE_CHECKING:
    from fragment_kit.resilience.breaker_rules import BreakerState

RULES = BreakerRules(calls_min=4)
ALLOWED = {("closed", "open"), ("open", "half_open"), ("half_open", "open"), ("half_open", "closed")}


class BreakerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.changes: list[tuple[BreakerState, BreakerState]] = []
        self.breaker = Breaker(
            RULES,
            clock=self.clock,
            on_change=lambda before, after: self.changes.append((before, after)),
        )
        self.out: list[Ticket] = []
        self.opened_s = 0.0

    @rule(limit_s=st.floats(0.01, 2))
    def ask(self, limit_s: float) -> None:
        before = self.breaker.state
        probing = self.breaker.snapshot().is_probing
        ticket = self.breaker.admit(limit_s)
        assert (ticket is not None) == (before == "closed" or (before == "half_open" and not probing))
        if ticket is not None:
            self.out.append(ticket)

    @precondition(lambda self: self.out)
    @rule(data=st.data(), how=st.sampled_from(["ok", "slow", "failed", "left"]), pause_s=st.sampled_from([0, 3, 900]))
    def settle(self, data: st.DataObject, how: str, pause_s: float) -> None:
        ticket = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        tally = self.breaker.snapshot().tally
        if how == "left":
            ticket.release()
            assert self.breaker.snapshot().tally == tally  # nobody is blamed for a player who left
        elif how == "failed":
            ticket.failed(retry_after_s=pause_s)
        else:
            ticket.succeeded(slow=how == "slow")

    @rule(seconds=st.sampled_from([0.1, 1.0, 5.0, 12.0, 80.0]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def look_from_outside(self) -> None:
        self.breaker.allow_probe_now()

    @invariant()
    def it_has_at_most_one_probe_in_flight(self) -> None:
        if self.breaker.state == "half_open" and self.breaker.snapshot().is_probing:
            assert self.breaker.admit() is None or self.breaker.state != "half_open"

    @invariant()
    def it_changes_only_as_drawn(self) -> None:
        assert set(self.changes) <= ALLOWED
        assert all(after == before for (_, after), (before, _) in zip(self.changes, self.changes[1:], strict=False))

    @invariant()
    def it_never_stays_away_for_longer_than_a_jittered_minute(self) -> None:
        assert 0 <= self.breaker.retry_after_s() <= RULES.open_s_max * (1 + RULES.jitter_part) + 1e-6

    def teardown(self) -> None:
        """However it went, a neighbour that is well is back after one long pause and two calls."""
        for ticket in self.out:
            ticket.release()
        self.clock.advance(100)
        for _ in range(2):
            ticket = self.breaker.admit()
            assert ticket is not None
            ticket.succeeded()
        assert self.breaker.state == "closed"


BreakerMachine.TestCase.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
TestBreaker = BreakerMachine.TestCase
