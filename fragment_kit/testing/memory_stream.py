"""An EventStream in this process's memory, for tests without Redis: it can be away, and nothing in it ever waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fragment_kit.events.stream import Delivery, StreamAway
from fragment_kit.resilience.clock import MONOTONIC, Clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fragment_kit.events.stream import Outgoing


class MemoryStream:
    """Keeps what was published in lists.

    Attributes:
        entries: stream → bodies, in the order of their arrival.
        graves: stream → (body, reason) of what was buried.
        is_away: while True every call raises StreamAway and nothing changes.

    `clock` says how long an unacknowledged entry has been idle.
    """

    def __init__(self, clock: Clock = MONOTONIC) -> None:
        self.entries: dict[str, list[str]] = {}
        self.graves: dict[str, list[tuple[str, str]]] = {}
        self.is_away = False
        self._clock = clock
        self._next: dict[tuple[str, str], int] = {}
        self._pending: dict[tuple[str, str], dict[int, float]] = {}

    async def publish(self, batch: Sequence[Outgoing]) -> None:
        self._reach()
        for event in batch:
            self.entries.setdefault(event.stream, []).append(event.body)

    async def read(self, stream: str, *, group: str, count: int, wait_ms: int) -> list[Delivery]:  # noqa: ARG002
        self._reach()
        start = self._next.get((stream, group), 0)
        numbers = range(start, min(start + count, len(self.entries.get(stream, []))))
        self._next[stream, group] = start + len(numbers)
        return self._handed_out(stream, group, numbers, is_redelivery=False)

    async def take_over(self, stream: str, *, group: str, count: int, idle_ms: int) -> list[Delivery]:
        self._reach()
        before_s = self._clock.monotonic() - idle_ms / 1000
        pending = self._pending.get((stream, group), {})
        numbers = sorted(number for number, since_s in pending.items() if since_s <= before_s)[:count]
        return self._handed_out(stream, group, numbers, is_redelivery=True)

    async def acknowledge(self, stream: str, *, group: str, entries: Sequence[str]) -> None:
        self._reach()
        for entry in entries:
            self._pending.get((stream, group), {}).pop(int(entry), None)

    async def bury(self, delivery: Delivery, *, group: str, reason: str) -> None:
        self._reach()
        self.graves.setdefault(delivery.stream, []).append((delivery.body, reason))
        await self.acknowledge(delivery.stream, group=group, entries=[delivery.entry])

    async def close(self) -> None:
        """Nothing to close."""

    def unacknowledged(self, stream: str, *, group: str) -> int:
        """How many entries the group was given and has not acknowledged."""
        return len(self._pending.get((stream, group), {}))

    def _handed_out(self, stream: str, group: str, numbers: Sequence[int], *, is_redelivery: bool) -> list[Delivery]:
        pending = self._pending.setdefault((stream, group), {})
        pending.update(dict.fromkeys(numbers, self._clock.monotonic()))
        bodies = self.entries.get(stream, [])
        return [
            Delivery(stream=stream, entry=str(number), body=bodies[number], is_redelivery=is_redelivery)
            for number in numbers
        ]

    def _reach(self) -> None:
        if self.is_away:
            raise StreamAway("the stream in memory was told to be away")
