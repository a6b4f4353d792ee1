"""What tests of the shell share: a real Valkey, two sessions in it, and a shell on a real port."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import redis.asyncio

from shell import redis_clients
from tests.shell.standing import ANA, BEN, Standing, standing_shell, until
from tests.valkey import ValkeyProcess, valkey, valkey_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from django.conf import LazySettings

__all__ = ["valkey", "valkey_server"]


@pytest.fixture
async def sessions_redis(valkey: ValkeyProcess, settings: LazySettings) -> AsyncIterator[ValkeyProcess]:
    """The shell's Redis for one test."""
    settings.REDIS_URL = valkey.url
    yield valkey
    await redis_clients.close()


@pytest.fixture
async def broker(sessions_redis: ValkeyProcess) -> AsyncIterator[redis.asyncio.Redis]:
    """A client of that Redis, with sessions of Ana and Ben in it."""
    async with redis.asyncio.Redis.from_url(sessions_redis.url) as client:
        for key, player in ((ANA, "ana"), (BEN, "ben")):
            data = {"player": player, "display_name": player.title(), "started_at": datetime.now(UTC).isoformat()}
            await client.set(f"session:{key}", json.dumps(data))
        yield client


@pytest.fixture
async def shell(sessions_redis: ValkeyProcess) -> AsyncIterator[Standing]:
    """A shell that hears Redis."""
    async with standing_shell() as running:
        await until(lambda: running.live.is_up)
        yield running
