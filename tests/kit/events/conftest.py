"""What the tests of the events kit share: a real Valkey, and streams on it whose calls end soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from fragment_kit.events.redis_stream import RedisStream
from tests.valkey import ValkeyProcess, valkey, valkey_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

__all__ = ["ValkeyProcess", "valkey", "valkey_server"]


def impatient(url: str) -> Redis:
    """A client like the kit's own, that gives up after 0.3 s."""
    return Redis.from_url(
        url, decode_responses=True, socket_timeout=0.3, socket_connect_timeout=0.3, retry=Retry(NoBackoff(), 0)
    )


@pytest.fixture
async def member(valkey: ValkeyProcess) -> AsyncIterator[Callable[[str], RedisStream]]:
    """Makes members of consumer groups by name."""
    made: list[RedisStream] = []

    def make(name: str, entries_max: int = 100_000) -> RedisStream:
        made.append(RedisStream(impatient(valkey.url), consumer=name, entries_max=entries_max))
        return made[-1]

    yield make
    for stream in made:
        await stream.close()
