"""Tells the shell that a player's panels should be fetched anew; a hint that may be lost, never the truth."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from redis.exceptions import RedisError

from fragment_kit.events.stream import StreamAway

if TYPE_CHECKING:
    from redis.asyncio import Redis

CHANNEL: Final = "live.signals"


async def publish(redis: Redis, *, emits: str, player: str | None = None) -> None:
    """Publish one signal.

    Args:
        redis: a client made by `redis_stream.connect`.
        emits: a name from the manifest's `emits`, which slots list in `refresh_on`.
        player: whose panels; None means everybody's.

    Raises:
        StreamAway: Redis did not take it; open pages will find out by their next GET.

    """
    try:
        await redis.publish(CHANNEL, json.dumps({"emits": emits, "player": player}, separators=(",", ":")))
    except (TimeoutError, RedisError, OSError) as error:
        raise StreamAway(f"signal {emits} was not sent: {type(error).__name__}: {error}") from error
