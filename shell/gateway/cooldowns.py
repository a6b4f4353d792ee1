"""Remembers who asked to be left alone by whom (429 with Retry-After), without punishing other players for it."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from fragment_kit.resilience.clock import MONOTONIC, Clock
from shell.gateway.failures import CallFailed

if TYPE_CHECKING:
    from collections.abc import Hashable

KEPT_MAX: Final = 10_000
TOO_MANY_REQUESTS: Final = 429


class Cooldowns:
    """Pauses by key; a key names the slot and, for personal slots, the player.

    Args:
        clock: measures the pauses.
    """

    def __init__(self, *, clock: Clock = MONOTONIC) -> None:
        self._clock = clock
        self._until_s: OrderedDict[Hashable, float] = OrderedDict()

    def note(self, key: Hashable, status: int | None, pause_s: float | None) -> None:
        """Leave `key` alone for `pause_s` seconds when `status` is 429 and no pause is running."""
        if status != TOO_MANY_REQUESTS or not pause_s or self.left_s(key) > 0:
            return
        self._until_s[key] = self._clock.monotonic() + pause_s
        self._until_s.move_to_end(key)
        if len(self._until_s) > KEPT_MAX:
            self._until_s.popitem(last=False)

    def respect(self, key: Hashable) -> None:
        """Raise CallFailed while a pause is running."""
        left_s = self.left_s(key)
        if left_s > 0:
            raise CallFailed(
                reason="bad_status",
                detail="the fragment asked for a pause (429)",
                was_sent=False,
                has_answer=False,
                is_theirs=False,
                status=TOO_MANY_REQUESTS,
                retry_after_s=left_s,
            )

    def left_s(self, key: Hashable) -> float:
        """Seconds of the pause that are left; 0 when there is none."""
        until_s = self._until_s.get(key)
        if until_s is None:
            return 0.0
        left_s = until_s - self._clock.monotonic()
        if left_s <= 0:
            del self._until_s[key]
            return 0.0
        return left_s
