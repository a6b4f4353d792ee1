"""All breakers of a process by neighbour, with one place to listen, look and intervene."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from fragment_kit.resilience.breaker import Breaker
from fragment_kit.resilience.breaker_rules import BreakerRules, BreakerSnapshot, BreakerState
from fragment_kit.resilience.clock import MONOTONIC, Clock

if TYPE_CHECKING:
    from collections.abc import Callable

PARTITIONS_MAX = 512
"""Breakers of fault plans that are kept; the one unused for longest leaves first."""


class BreakerKey(NamedTuple):
    """Whose breaker it is; a tuple, because every call makes one and looks it up.

    Attributes:
        group: the neighbour that is up or down as a whole (a fragment).
        name: the part of it that fails by itself (a slot or an action).
        partition: "" for everybody; otherwise a fault plan's own, so that a rehearsal never opens the real one.

    """

    group: str
    name: str
    partition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerChange:
    """A breaker went from one state to another."""

    key: BreakerKey
    before: BreakerState
    after: BreakerState


class BreakerBoard:
    """Makes each breaker at its first use and keeps it.

    Args:
        rules: for every breaker on this board.
        clock: measures pauses.

    """

    def __init__(self, rules: BreakerRules | None = None, *, clock: Clock = MONOTONIC) -> None:
        self._rules = rules or BreakerRules()
        self._clock = clock
        self._shared: dict[BreakerKey, Breaker] = {}
        self._partitioned: OrderedDict[BreakerKey, Breaker] = OrderedDict()
        self._listeners: list[Callable[[BreakerChange], None]] = []

    def get(self, key: BreakerKey) -> Breaker:
        """The breaker for `key`."""
        breaker = self._shared.get(key)
        if breaker is not None:
            return breaker
        if not key.partition:
            self._shared[key] = breaker = self._make(key)
            return breaker
        breaker = self._partitioned.get(key) or self._make(key)
        self._partitioned[key] = breaker
        self._partitioned.move_to_end(key)
        if len(self._partitioned) > PARTITIONS_MAX:
            self._partitioned.popitem(last=False)
        return breaker

    def on_change(self, listener: Callable[[BreakerChange], None]) -> None:
        """Call `listener` at every change of state; it must be quick and must not raise."""
        self._listeners.append(listener)

    def allow_probe_now(self, group: str) -> None:
        """A look from outside found `group` well: let the next call to each of its parts through, as the one probe."""
        for key, breaker in self._shared.items():
            if key.group == group:
                breaker.allow_probe_now()

    def snapshot(self) -> dict[BreakerKey, BreakerSnapshot]:
        """Every breaker as it is now, those of fault plans included."""
        return {key: breaker.snapshot() for key, breaker in (*self._shared.items(), *self._partitioned.items())}

    def forget(self, *, group: str | None = None, partition: str | None = None) -> None:
        """Drop the breakers of a neighbour that is gone, or of a fault plan that is over."""
        for kept in (self._shared, self._partitioned):
            for key in [key for key in kept if group in (None, key.group) and partition in (None, key.partition)]:
                del kept[key]

    def _make(self, key: BreakerKey) -> Breaker:
        def tell(before: BreakerState, after: BreakerState) -> None:
            for listener in self._listeners:
                listener(BreakerChange(key=key, before=before, after=after))

        return Breaker(self._rules, clock=self._clock, on_change=tell)
