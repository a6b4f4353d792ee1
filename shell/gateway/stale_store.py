"""Copies of good answers in bounded memory, each for one principal only, to be shown while a fragment is away."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from fragment_kit.resilience.clock import MONOTONIC, Clock

if TYPE_CHECKING:
    from shell.gateway.calls import SlotContent

STORE_BYTES_MAX: Final = 64 * 1024 * 1024
ENTRY_BYTES_MAX: Final = 256 * 1024
ENTRY_OVERHEAD_BYTES: Final = 1024  # keys and objects around the text, measured roughly, so that small copies count too


class CopyKey(NamedTuple):
    """What a copy answers, and for whom; a tuple, because every call makes one and looks it up.

    Attributes:
        fragment: its name.
        path: path with sorted query.
        locale: the language it was asked in.
        player: "" for copies that all may see.
        session: "" for copies that all may see; a copy never outlives its session.

    """

    fragment: str
    path: str
    locale: str
    player: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCopy:
    """A good answer and its ages, in seconds of the store's clock.

    Attributes:
        content: what was answered.
        as_of: aware UTC time of the answer; an outage does not move it.
        born_s: the same moment on the clock.
        fresh_until_s: up to here it may be shown without asking.
        kept_until_s: up to here it may be shown when asking fails.
    """

    content: SlotContent
    as_of: datetime
    born_s: float
    fresh_until_s: float
    kept_until_s: float


class StaleStore:
    """The copies; the least recently used one leaves first.

    Args:
        bytes_max: all copies together.
        entry_bytes_max: one copy.
        clock: measures ages.

    """

    def __init__(
        self, *, bytes_max: int = STORE_BYTES_MAX, entry_bytes_max: int = ENTRY_BYTES_MAX, clock: Clock = MONOTONIC
    ) -> None:
        self._bytes_max = bytes_max
        self._entry_bytes_max = entry_bytes_max
        self._clock = clock
        self._copies: OrderedDict[CopyKey, tuple[StoredCopy, int]] = OrderedDict()
        self.bytes_used = 0

    def __len__(self) -> int:
        return len(self._copies)

    def put(self, key: CopyKey, content: SlotContent, *, keep_s: float, fresh_s: float = 0.0) -> bool:
        """Keep `content` for `keep_s` seconds, the first `fresh_s` of them as fresh; False when it is too big."""
        size = len(content.html.encode()) + ENTRY_OVERHEAD_BYTES
        self.drop(key)
        if size > self._entry_bytes_max + ENTRY_OVERHEAD_BYTES or keep_s <= 0:
            return False
        now_s = self._clock.monotonic()
        copy = StoredCopy(
            content=content,
            as_of=datetime.now(UTC),
            born_s=now_s,
            fresh_until_s=now_s + fresh_s,
            kept_until_s=now_s + keep_s,
        )
        self._copies[key] = (copy, size)
        self.bytes_used += size
        while self.bytes_used > self._bytes_max:
            self.drop(next(iter(self._copies)))
        return True

    def get(self, key: CopyKey) -> StoredCopy | None:
        """The copy, or None when there is none that may still be shown."""
        entry = self._copies.get(key)
        if entry is None:
            return None
        if self._clock.monotonic() >= entry[0].kept_until_s:
            self.drop(key)
            return None
        self._copies.move_to_end(key)
        return entry[0]

    def fresh(self, key: CopyKey) -> StoredCopy | None:
        """The copy, if it may still be shown without asking."""
        entry = self._copies.get(key)
        if entry is None or entry[0].fresh_until_s <= self._clock.monotonic():
            return None
        self._copies.move_to_end(key)
        return entry[0]

    def age_s(self, copy: StoredCopy) -> int:
        """Whole seconds since the copy was a fresh answer."""
        return int(self._clock.monotonic() - copy.born_s)

    def fresh_s(self, copy: StoredCopy) -> float:
        """Seconds for which it may still be shown without asking; negative once it is stale."""
        return copy.fresh_until_s - self._clock.monotonic()

    def drop(self, key: CopyKey) -> None:
        """Forget one copy."""
        entry = self._copies.pop(key, None)
        if entry is not None:
            self.bytes_used -= entry[1]

    def purge(self, *, session: str | None = None, player: str | None = None, fragment: str | None = None) -> int:
        """Forget what belongs to a session, a player or a fragment, and tell how many copies that were.

        Call it at sign-out and at a change of identity (session), at exclusion (player), at a redeploy (fragment).
        """
        if session is None and player is None and fragment is None:
            raise ValueError("say whose copies to purge: session, player or fragment")
        gone = [
            key
            for key in self._copies
            if session in (None, key.session) and player in (None, key.player) and fragment in (None, key.fragment)
        ]
        for key in gone:
            self.drop(key)
        return len(gone)
