"""Reads and writes one session's JSON under `session:<key>`, and steps aside at once while Redis is away."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from fragment_kit.contract.errors import FragmentKitError
from fragment_kit.resilience.clock import MONOTONIC
from shell import redis_clients
from shell.redis_clients import REDIS_AWAY

if TYPE_CHECKING:
    from collections.abc import Collection

    from fragment_kit.resilience.clock import Clock

# While Redis is away one read a second tries it; the others do not wait. A page would else pay 250 ms each time.
REST_S: Final = 1.0


class SessionsAway(FragmentKitError):
    """Redis did not answer, so nothing can be said about any session."""


def record_name(key: str) -> str:
    """The Redis key of a session."""
    return f"session:{key}"


class SessionRecords:
    """Every asynchronous access to sessions in Redis; safe to share between event loops."""

    def __init__(self, *, clock: Clock = MONOTONIC) -> None:
        self._clock = clock
        self._rests_until = 0.0
        self._is_away = False

    @property
    def is_away(self) -> bool:
        """Whether the last try found Redis away."""
        return self._is_away

    async def read(self, key: str) -> dict[str, Any] | None:
        """The session's data, or None when there is no such session; raises SessionsAway."""
        self._ask_for_a_turn()
        try:
            raw = await redis_clients.quick().get(record_name(key))
        except REDIS_AWAY as error:
            raise self._away(error) from error
        self._is_away = False
        return json.loads(raw) if raw else None

    async def write(self, key: str, data: dict[str, Any], *, ttl_s: int, is_new: bool) -> bool:
        """Store the data; False when a new key is taken or an old one is gone; raises SessionsAway."""
        text = json.dumps(data, separators=(",", ":"))
        try:
            stored = await redis_clients.quick().set(record_name(key), text, ex=ttl_s, nx=is_new, xx=not is_new)
        except REDIS_AWAY as error:
            raise self._away(error) from error
        self._is_away = False
        return bool(stored)

    async def remove(self, key: str) -> None:
        """End the session; raises SessionsAway."""
        try:
            await redis_clients.quick().delete(record_name(key))
        except REDIS_AWAY as error:
            raise self._away(error) from error

    async def missing(self, keys: Collection[str]) -> set[str]:
        """Which of these sessions are no more, in one round trip; raises SessionsAway."""
        ordered = tuple(keys)
        if not ordered:
            return set()
        try:
            pipeline = redis_clients.quick().pipeline(transaction=False)
            for key in ordered:
                pipeline.exists(record_name(key))
            found = await pipeline.execute()
        except REDIS_AWAY as error:
            raise self._away(error) from error
        self._is_away = False
        return {key for key, is_there in zip(ordered, found, strict=True) if not is_there}

    def _ask_for_a_turn(self) -> None:
        if not self._is_away:
            return
        now = self._clock.monotonic()
        if now < self._rests_until:
            raise SessionsAway("Redis did not answer a moment ago; the next try is at most a second away.")
        self._rests_until = now + REST_S

    def _away(self, error: BaseException) -> SessionsAway:
        self._is_away = True
        self._rests_until = self._clock.monotonic() + REST_S
        return SessionsAway(f"Redis did not answer: {type(error).__name__}.")


RECORDS: Final = SessionRecords()
