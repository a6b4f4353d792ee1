"""EventStream on Redis Streams: `events.<aggregate type>`, consumer groups, and `dead.<aggregate type>`."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from fragment_kit.events.stream import Delivery, StreamAway

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fragment_kit.events.stream import Outgoing

STREAM_ENTRIES_MAX: Final = 100_000
DEAD_ENTRIES_MAX: Final = 10_000
SOCKET_TIMEOUT_S: Final = 5.0
_FIELD: Final = "event"


def connect(url: str) -> Redis:
    """A client whose calls end: within the socket's timeout, without retries of its own (the callers back off)."""
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=SOCKET_TIMEOUT_S,
        socket_connect_timeout=1.0,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=30,
    )


class RedisStream:
    """One publisher or one member of consumer groups.

    Args:
        redis: made by `connect`, or any client that decodes answers.
        consumer: this member's name; by default host and process, so that two workers are two members.
        entries_max: about how many entries a stream keeps; older ones are read from the publisher's log.

    """

    def __init__(self, redis: Redis, *, consumer: str = "", entries_max: int = STREAM_ENTRIES_MAX) -> None:
        self._redis = redis
        self._consumer = consumer or f"{socket.gethostname()}-{os.getpid()}"
        self._entries_max = entries_max
        self._joined: set[tuple[str, str]] = set()

    async def publish(self, batch: Sequence[Outgoing]) -> None:
        # Not MULTI: a batch cut in the middle is sent again whole, and consumers drop what they have had.
        pipeline = self._redis.pipeline(transaction=False)
        for event in batch:
            pipeline.xadd(_key(event.stream), {_FIELD: event.body}, maxlen=self._entries_max, approximate=True)
        await _answer(pipeline.execute())

    async def read(self, stream: str, *, group: str, count: int, wait_ms: int) -> list[Delivery]:
        try:
            found = await _answer(
                self._redis.xreadgroup(group, self._consumer, {_key(stream): ">"}, count=count, block=wait_ms)
            )
        except _NoGroup:
            await self._join(stream, group)
            return []
        self._joined.add((stream, group))
        return [delivery for _, entries in _pairs(found) for delivery in _deliveries(stream, entries)]

    async def take_over(self, stream: str, *, group: str, count: int, idle_ms: int) -> list[Delivery]:
        try:
            found = await _answer(
                self._redis.xautoclaim(_key(stream), group, self._consumer, min_idle_time=idle_ms, count=count)
            )
        except _NoGroup:
            await self._join(stream, group)
            return []
        return _deliveries(stream, found[1], is_redelivery=True)

    async def acknowledge(self, stream: str, *, group: str, entries: Sequence[str]) -> None:
        if entries:
            with suppress(_NoGroup):
                await _answer(self._redis.xack(_key(stream), group, *entries))

    async def bury(self, delivery: Delivery, *, group: str, reason: str) -> None:
        grave = {_FIELD: delivery.body, "reason": reason, "group": group, "entry": delivery.entry}
        await _answer(
            self._redis.xadd(f"dead.{delivery.stream}", grave, maxlen=DEAD_ENTRIES_MAX, approximate=True)  # type: ignore[arg-type]
        )
        await self.acknowledge(delivery.stream, group=group, entries=[delivery.entry])

    async def close(self) -> None:
        with suppress(StreamAway, _NoGroup):
            for stream, group in self._joined:
                await self._leave(stream, group)
        with suppress(RedisError, OSError):
            await self._redis.aclose()

    async def _join(self, stream: str, group: str) -> None:
        # From the beginning: what is in the stream is owed, and what was applied before is dropped by its version.
        with suppress(_GroupExists):
            await _answer(self._redis.xgroup_create(_key(stream), group, id="0", mkstream=True))

    async def _leave(self, stream: str, group: str) -> None:
        members = await _answer(self._redis.xinfo_consumers(_key(stream), group))
        mine = next((member for member in members if member["name"] == self._consumer), None)
        # Deleting a member drops what it still owes, so one with open entries stays and is taken over from.
        if mine is not None and mine["pending"] == 0:
            await _answer(self._redis.xgroup_delconsumer(_key(stream), group, self._consumer))


class _NoGroup(Exception):
    """The stream or the group is not there: a new Redis, or nobody has read yet."""


class _GroupExists(Exception):
    """Another member made the group first."""


async def _answer(call: Any) -> Any:
    """Wait for Redis; what can go wrong becomes StreamAway, except what the callers repair themselves."""
    try:
        return await call  # redis types one signature for both of its clients, so neither fits here
    except ResponseError as error:
        text = str(error)
        if text.startswith("NOGROUP") or "no such key" in text:
            raise _NoGroup from None
        if text.startswith("BUSYGROUP"):
            raise _GroupExists from None
        raise StreamAway(f"Redis refused: {error}") from error
    except (TimeoutError, RedisError, OSError) as error:
        raise StreamAway(f"Redis did not answer: {type(error).__name__}: {error}") from error


def _key(stream: str) -> str:
    return f"events.{stream}"


def _pairs(found: Any) -> list[tuple[str, Any]]:
    return list(found.items()) if isinstance(found, dict) else list(found or ())


def _deliveries(stream: str, entries: Any, *, is_redelivery: bool = False) -> list[Delivery]:
    # An entry that was trimmed while it was pending comes back without fields; its event is read from the log.
    return [
        Delivery(stream=stream, entry=entry, body=fields.get(_FIELD, ""), is_redelivery=is_redelivery)
        for entry, fields in entries
        if fields is not None
    ]
