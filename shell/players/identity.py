"""Says who the player of a connection is: from Redis, for reads from a second's memory, and in an outage from more."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from django.conf import settings
from django.http import parse_cookie

from fragment_kit.resilience.clock import MONOTONIC
from shell.players.session_records import RECORDS, SessionsAway

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from fragment_kit.resilience.clock import Clock
    from shell.players.session_records import SessionRecords

# An outage of Redis is minutes long. A sign-out in another process is noticed that much later at worst.
MEMORY_S: Final = 900.0
# A page and its panels are several requests within a moment, and asking Redis costs more than all else they need. A
# session that ends in this process is forgotten at once; one that ends in another may read on for this long.
RECENT_S: Final = 1.0
READS: Final = frozenset({"GET", "HEAD"})
MEMORY_SESSIONS: Final = 20_000
KEY_CHARACTERS: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerSession:
    """A signed-in player; `session_hash` stands for the session where its key must not go."""

    player: str
    session_hash: str
    display_name: str
    started_at: datetime
    is_staff: bool = False


@dataclass(frozen=True, slots=True)
class SessionUnknown:
    """There is a session cookie, and nobody can say whose: Redis is away, and this process has not seen it lately.

    It is neither a player nor an anonymous visitor, and nobody may be asked to sign in because of it.
    """


SESSION_UNKNOWN: Final = SessionUnknown()
Whose: TypeAlias = PlayerSession | SessionUnknown | None


class Identity:
    """The one place that turns a session cookie into a player.

    Args:
        records: where sessions are kept.
        clock: for the age of what is remembered.

    """

    def __init__(self, *, records: SessionRecords = RECORDS, clock: Clock = MONOTONIC) -> None:
        self._records = records
        self._clock = clock
        self._seen: OrderedDict[str, tuple[float, PlayerSession | None]] = OrderedDict()
        # Keys are never used twice, so remembering for long that one has ended is always right.
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._unsettled: set[str] = set()
        self._listeners: list[Callable[[str], None]] = []

    async def of_key(self, key: str | None) -> Whose:
        """Whose session this is, None when it is nobody's.

        While Redis is away: what it said in the last quarter of an hour, else SessionUnknown.
        """
        if key is None or key in self._ended:
            return None
        try:
            data = await self._records.read(key)
        except SessionsAway:
            return self._remembered(key)
        player = _player(key, data)
        self._remember(key, player)
        # A sign-out may have come in while the answer was on its way.
        return None if key in self._ended else player

    def began(self, key: str, data: dict[str, Any]) -> None:
        """Remember a session that was just stored, so that it outlives Redis from its first page on."""
        self._remember(key, _player(key, data))

    async def of_reader(self, key: str | None) -> Whose:
        """The same for a request that changes nothing: what Redis said within the last second is good enough."""
        seen = None if key is None or key in self._ended else self._seen.get(key)
        if seen is not None and seen[1] is not None and self._clock.monotonic() - seen[0] < RECENT_S:
            return seen[1]
        return await self.of_key(key)

    async def sign_out(self, key: str) -> None:
        """End a session: at once in this process, in Redis now or as soon as Redis is back."""
        self._ended[key] = None
        self._unsettled.add(key)
        self._seen.pop(key, None)
        _keep_newest(self._ended)
        for told in self._listeners:
            told(key)
        await self.settle()

    async def settle(self) -> None:
        """Take out of Redis the sessions that ended while it was away."""
        try:
            for key in tuple(self._unsettled):
                await self._records.remove(key)
                self._unsettled.discard(key)
        except SessionsAway:
            return

    async def ended(self, keys: Collection[str]) -> set[str]:
        """Which of these sessions are over; none while Redis is away, except those that ended here."""
        try:
            return await self._records.missing(keys)
        except SessionsAway:
            return self._unsettled.intersection(keys)

    def when_signed_out(self, told: Callable[[str], None]) -> None:
        """Call `told` with the session's key when a session ends in this process."""
        self._listeners.append(told)

    def _remembered(self, key: str) -> Whose:
        if key in self._ended:
            return None
        seen_at, player = self._seen.get(key, (float("-inf"), None))
        return player if self._clock.monotonic() - seen_at <= MEMORY_S else SESSION_UNKNOWN

    def _remember(self, key: str, player: PlayerSession | None) -> None:
        self._seen[key] = (self._clock.monotonic(), player)
        self._seen.move_to_end(key)
        _keep_newest(self._seen)


IDENTITY: Final = Identity()


async def player_of(scope: Mapping[str, Any]) -> Whose:
    """Whose connection this is, by the session cookie of an ASGI scope (http or websocket); None when anonymous."""
    key = session_key_of(scope)
    return await (IDENTITY.of_reader(key) if scope.get("method") in READS else IDENTITY.of_key(key))


def session_key_of(scope: Mapping[str, Any]) -> str | None:
    """The session key that the browser sent, if it looks like one of ours; it must not leave the shell."""
    for name, value in scope["headers"]:
        if name == b"cookie":
            return _key_in(value)
    return None


@lru_cache(maxsize=4_096)
def _key_in(cookies: bytes) -> str | None:
    key = parse_cookie(cookies.decode("latin-1")).get(settings.SESSION_COOKIE_NAME, "")
    return key if len(key) == KEY_CHARACTERS and key.isascii() and key.isalnum() else None


def session_hash(key: str) -> str:
    """What stands for the session in passports and logs; the key cannot be won back from it."""
    return hashlib.sha256(f"croupier-session:{key}".encode()).hexdigest()[:32]


def _player(key: str, data: dict[str, Any] | None) -> PlayerSession | None:
    if not data or "player" not in data:
        return None
    return PlayerSession(
        player=data["player"],
        session_hash=session_hash(key),
        display_name=data["display_name"],
        started_at=datetime.fromisoformat(data["started_at"]),
        is_staff=bool(data.get("is_staff")),
    )


def _keep_newest(memory: OrderedDict[str, Any]) -> None:
    while len(memory) > MEMORY_SESSIONS:
        memory.popitem(last=False)
