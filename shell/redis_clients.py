"""Connections to Redis, one pool per event loop, made so that a Redis that is away or hangs is noticed quickly."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

import redis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

# What a caller has to expect from a call: the library lets some of the socket's own errors through.
REDIS_AWAY: Final = (RedisError, OSError, TimeoutError)
CONNECT_S: Final = 0.2
CALL_S: Final = 0.25
# One more try, at once: after a restart of Redis every pooled connection is dead, and the first use finds out.
TRIES_AGAIN: Final = 1

_pools: WeakKeyDictionary[AbstractEventLoop, redis.asyncio.Redis] = WeakKeyDictionary()


def quick() -> redis.asyncio.Redis:
    """The running loop's client for short commands: 200 ms to connect and 250 ms to answer, or an error."""
    loop = asyncio.get_running_loop()
    found = _pools.get(loop)
    if found is None:
        found = _pools[loop] = redis.asyncio.Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=CONNECT_S,
            socket_timeout=CALL_S,
            retry=AsyncRetry(NoBackoff(), TRIES_AGAIN),
        )
    return found


def listening() -> redis.asyncio.Redis:
    """A client for a subscription: reads may wait for ever, so whoever uses it must ask for signs of life."""
    return redis.asyncio.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=CONNECT_S, socket_timeout=None, retry=AsyncRetry(NoBackoff(), 0)
    )


@cache
def blocking() -> redis.Redis:
    """The process's client for the few synchronous callers: commands and Django's own sync views."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=CONNECT_S,
        socket_timeout=CALL_S,
        retry=Retry(NoBackoff(), TRIES_AGAIN),
    )


async def close() -> None:
    """Give back the running loop's connections; the next use opens new ones."""
    found = _pools.pop(asyncio.get_running_loop(), None)
    if found is not None:
        await found.aclose()
