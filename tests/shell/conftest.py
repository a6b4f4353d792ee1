"""What tests of the shell share: a real Valkey, accounts, and a shell on a real port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shell import redis_clients
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
