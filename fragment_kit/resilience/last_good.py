"""Keeps the last good answer per key in bounded memory, with its own birth time."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from fragment_kit.resilience.clock import MONOTONIC, Clock

if TYPE_CHECKING:
    from collections.abc import Hashable

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Generic[T]):
    """An answer and its birth.

    Attributes:
        value: the answer.
        as_of: aware UTC time at which it was true.
        age_s: whole seconds since it was put in, by the monotonic clock: a wall clock set back cannot hide them.

    """

    value: T
    as_of: datetime
    age_s: int


class LastGood(Generic[T]):
    """The newest good answer per key; the least recently used key leaves first.

    Args:
        max_age_s: answers older than this are not handed out, in seconds.
        max_entries: how many keys are kept.
        clock: measures the age.

    """

    def __init__(self, *, max_age_s: float, max_entries: int = 64, clock: Clock = MONOTONIC) -> None:
        self._max_age_s = max_age_s
        self._max_entries = max_entries
        self._clock = clock
        self._entries: OrderedDict[Hashable, tuple[T, datetime, float]] = OrderedDict()

    def __len__(self) -> int:
        """How many keys are kept, also those too old to be handed out."""
        return len(self._entries)

    def put(self, value: T, *, key: Hashable = None, as_of: datetime | None = None) -> None:
        """Keep `value` as the newest answer for `key`; `as_of` is now unless the answer says otherwise."""
        self._entries[key] = (value, as_of or datetime.now(UTC), self._clock.monotonic())
        self._entries.move_to_end(key)
        while len(self._entries) > self._max_entries:
            self._entries.popitem(last=False)

    def get(self, key: Hashable = None) -> Kept[T] | None:
        """The newest answer for `key`, or None when there is none young enough."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        value, as_of, born_s = entry
        age_s = self._clock.monotonic() - born_s
        if age_s > self._max_age_s:
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return Kept(value=value, as_of=as_of, age_s=int(age_s))

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
