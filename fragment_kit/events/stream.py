"""The port between relay and projections: whatever carries events keeps this small promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from fragment_kit.contract.errors import FragmentKitError

if TYPE_CHECKING:
    from collections.abc import Sequence


class StreamAway(FragmentKitError):
    """The broker cannot be reached right now; nothing is lost, try again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One event on its way out: `stream` is the aggregate type, `body` the CloudEvents JSON."""

    stream: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event handed to a consumer.

    Attributes:
        stream: the aggregate type.
        entry: the broker's own id, needed to acknowledge.
        body: the CloudEvents JSON.
        is_redelivery: somebody had it before and did not acknowledge.

    """

    stream: str
    entry: str
    body: str
    is_redelivery: bool = False


class EventStream(Protocol):
    """At least once, in order per publisher; every method may raise StreamAway and nothing else."""

    async def publish(self, batch: Sequence[Outgoing]) -> None:
        """Append all of `batch` in its order. After StreamAway any first part of it may have been appended."""
        ...

    async def read(self, stream: str, *, group: str, count: int, wait_ms: int) -> list[Delivery]:
        """Up to `count` entries that no member of `group` has had; waits at most `wait_ms` for the first."""
        ...

    async def take_over(self, stream: str, *, group: str, count: int, idle_ms: int) -> list[Delivery]:
        """Entries that a member had for `idle_ms` without acknowledging: its own failures and those of the dead."""
        ...

    async def acknowledge(self, stream: str, *, group: str, entries: Sequence[str]) -> None:
        """Tell that `group` is done with `entries`."""
        ...

    async def bury(self, delivery: Delivery, *, group: str, reason: str) -> None:
        """Move an event that cannot be handled to `dead.<stream>`, with the reason, and acknowledge it."""
        ...

    async def close(self) -> None:
        """Leave every group cleanly and close the connection; never raises."""
        ...
