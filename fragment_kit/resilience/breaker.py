"""Stops asking a neighbour that does not answer, and finds out with one call at a time when it is back."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from fragment_kit.resilience.breaker_rules import BreakerRules, BreakerSnapshot, BreakerState, Override
from fragment_kit.resilience.clock import MONOTONIC, Clock
from fragment_kit.resilience.window import SlidingWindow

if TYPE_CHECKING:
    from collections.abc import Callable


class Ticket:
    """Leave to make one call; say how it went, or `release` it. Only the first word counts."""

    __slots__ = ("_breaker", "_is_spent", "epoch", "is_probe", "limit_s", "started_s")

    def __init__(self, breaker: Breaker, *, epoch: int, is_probe: bool, started_s: float, limit_s: float) -> None:
        self._breaker = breaker
        self._is_spent = False
        self.epoch = epoch
        self.is_probe = is_probe
        self.started_s = started_s
        self.limit_s = limit_s

    def succeeded(self, *, slow: bool = False) -> None:
        """The neighbour answered as agreed; `slow` when it took most of the time it had."""
        self._settle(failed=False, slow=slow)

    def failed(self, *, retry_after_s: float = 0.0, slow: bool = False) -> None:
        """The neighbour did not do what was agreed; `retry_after_s` when it said how long it needs."""
        self._settle(failed=True, slow=slow, retry_after_s=retry_after_s)

    def release(self) -> None:
        """The call says nothing about the neighbour: the player left, or the fault was ours or the player's."""
        if not self._is_spent:
            self._is_spent = True
            self._breaker._forget(self)  # noqa: SLF001 -- a ticket is the breaker's own hand

    def _settle(self, *, failed: bool, slow: bool, retry_after_s: float = 0.0) -> None:
        if not self._is_spent:
            self._is_spent = True
            self._breaker._count(self, failed=failed, slow=slow, retry_after_s=retry_after_s)  # noqa: SLF001


class Breaker:
    """One neighbour's breaker. Never waits, never awaits: between look and leap nothing can come in between.

    Args:
        rules: when to open and how to come back.
        clock: measures pauses.
        chance: a number between 0 and 1 for the jitter.
        on_change: called with the old and the new state after every change of state.
    """

    def __init__(
        self,
        rules: BreakerRules | None = None,
        *,
        clock: Clock = MONOTONIC,
        chance: Callable[[], float] = random.random,
        on_change: Callable[[BreakerState, BreakerState], None] | None = None,
    ) -> None:
        self.rules = rules or BreakerRules()
        self._clock = clock
        self._chance = chance
        self._on_change = on_change
        self._state: BreakerState = "closed"
        self._window = SlidingWindow(self.rules.window_s)
        self._epoch = 0
        self._openings = 0
        self._reopen_s = 0.0
        self._successes = 0
        self._probe: Ticket | None = None
        self._override: Override | None = None
        self._override_until_s = 0.0

    @property
    def state(self) -> BreakerState:
        """What it would tell the next caller; `half_open` as soon as the pause is over."""
        now_s = self._clock.monotonic()
        override = self._override_at(now_s)
        if override is not None:
            return override
        if self._state == "open" and now_s >= self._reopen_s:
            return "half_open"
        return self._state

    def admit(self, limit_s: float = 1.0) -> Ticket | None:
        """Leave for one call that takes at most `limit_s`, or None: do not call now, see `retry_after_s`."""
        now_s = self._clock.monotonic()
        override = self._override_at(now_s)
        if override is not None:
            return self._ticket(now_s, limit_s) if override == "closed" else None
        if self._state == "open":
            if now_s < self._reopen_s:
                return None
            self._move("half_open")
        if self._state == "closed":
            return self._ticket(now_s, limit_s)
        return self._admit_probe(now_s, limit_s)

    def retry_after_s(self) -> float:
        """Seconds until asking again makes sense; 0 when it does now."""
        now_s = self._clock.monotonic()
        if self._override_at(now_s) is not None:
            return self._override_until_s - now_s if self._override == "open" else 0.0
        if self._state == "open":
            return max(0.0, self._reopen_s - now_s)
        return self.rules.probe_grace_s if self._probe is not None else 0.0

    def allow_probe_now(self) -> None:
        """A look from outside found the neighbour well: end the pause; the next call is the one probe."""
        if self._state == "open":
            self._reopen_s = self._clock.monotonic()

    def override(self, state: Override, *, for_s: float) -> None:
        """An operator's word: let nothing through (`open`) or everything (`closed`) for `for_s` seconds."""
        if for_s <= 0:
            raise ValueError(f"an override needs an end in the future, not {for_s} s; end_override() takes it back")
        before = self.state
        self._override = state
        self._override_until_s = self._clock.monotonic() + for_s
        self._tell(before, self.state)

    def end_override(self) -> None:
        """Take an operator's word back before its time."""
        before = self.state
        self._override = None
        self._tell(before, self.state)

    def snapshot(self) -> BreakerSnapshot:
        """Everything the status page wants to know."""
        now_s = self._clock.monotonic()
        override = self._override_at(now_s)
        return BreakerSnapshot(
            state=self.state,
            override=override,
            override_left_s=self._override_until_s - now_s if override else 0.0,
            retry_after_s=self.retry_after_s(),
            openings=self._openings,
            is_probing=self._probe is not None,
            tally=self._window.tally(now_s),
        )

    def _override_at(self, now_s: float) -> Override | None:
        if self._override is not None and now_s >= self._override_until_s:
            self._override = None
        return self._override

    def _admit_probe(self, now_s: float, limit_s: float) -> Ticket | None:
        lost = self._probe
        if lost is not None:
            if now_s <= lost.started_s + lost.limit_s + self.rules.probe_grace_s:
                return None
            self._open(now_s)  # nobody came back to say how the probe went: that is an answer too
            return None
        self._probe = self._ticket(now_s, limit_s, is_probe=True)
        return self._probe

    def _ticket(self, now_s: float, limit_s: float, *, is_probe: bool = False) -> Ticket:
        return Ticket(self, epoch=self._epoch, is_probe=is_probe, started_s=now_s, limit_s=limit_s)

    def _forget(self, ticket: Ticket) -> None:
        if self._probe is ticket:
            self._probe = None

    def _count(self, ticket: Ticket, *, failed: bool, slow: bool, retry_after_s: float) -> None:
        self._forget(ticket)
        if ticket.epoch != self._epoch:
            return  # it began under an older state and says nothing about this one
        now_s = self._clock.monotonic()
        if self._state == "closed":
            self._window.add(now_s, failed=failed, slow=slow)
            if (failed or slow) and self._is_bad(now_s):
                self._open(now_s, retry_after_s)
            elif failed and retry_after_s > 0:
                self._stay_away(now_s, retry_after_s)
        elif self._state == "half_open":
            self._count_probe(now_s, failed=failed or slow, retry_after_s=retry_after_s)

    def _count_probe(self, now_s: float, *, failed: bool, retry_after_s: float) -> None:
        if failed:
            self._open(now_s, retry_after_s)
            return
        self._successes += 1
        if self._successes >= self.rules.successes_to_close:
            self._openings = 0
            self._window.clear()
            self._move("closed")

    def _is_bad(self, now_s: float) -> bool:
        tally = self._window.tally(now_s)
        return tally.calls >= self.rules.calls_min and (
            tally.failed >= self.rules.failed_part * tally.calls or tally.slow >= self.rules.slow_part * tally.calls
        )

    def _open(self, now_s: float, retry_after_s: float = 0.0) -> None:
        self._openings += 1
        pause_s = min(self.rules.open_s * 2 ** min(self._openings - 1, 16), self.rules.open_s_max)
        pause_s *= 1 + self.rules.jitter_part * (2 * self._chance() - 1)
        self._stay_away(now_s, max(pause_s, retry_after_s))

    def _stay_away(self, now_s: float, pause_s: float) -> None:
        # One failure that names its own pause is enough: the neighbour asked for it, so no rate has to be proven.
        longest_s = self.rules.open_s_max * (1 + self.rules.jitter_part)
        self._reopen_s = now_s + min(pause_s, longest_s)
        self._probe = None
        self._move("open")

    def _move(self, state: BreakerState) -> None:
        before, self._state = self._state, state
        self._epoch += 1
        self._successes = 0
        self._tell(before, state)

    def _tell(self, before: BreakerState, after: BreakerState) -> None:
        if self._on_change is not None and before != after:
            self._on_change(before, after)
