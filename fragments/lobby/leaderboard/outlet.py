"""Where frames and signals leave the lobby: Redis, which may be away at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from redis.exceptions import RedisError

from fragment_kit.events import signals
from fragment_kit.events.stream import StreamAway
from fragments.lobby.leaderboard.frames import frame_json

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from fragments.lobby.leaderboard.board import Frame


class Outlet(Protocol):
    """What a broadcaster needs; every method may raise StreamAway."""

    async def send(self, frame: Frame) -> None:
        """Push a frame to everybody who watches, and keep it for those who come later."""
        ...

    async def keep(self, frame: Frame) -> None:
        """Keep a frame for those who come later, without pushing it."""
        ...

    async def signal(self, emits: str, *, player: str | None = None) -> None:
        """Ask open pages to fetch the panels that listen for `emits`."""
        ...


class RedisOutlet:
    """Channel `live.<topic>`, key `live:last:<topic>`, and the kit's signals."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def send(self, frame: Frame) -> None:
        body = frame_json(frame)
        # The key first and both at once: whoever subscribes in between finds the frame in one place or the other.
        pipeline = self._redis.pipeline(transaction=True)
        pipeline.set(f"live:last:{frame.topic}", body)
        pipeline.publish(f"live.{frame.topic}", body)
        try:
            await pipeline.execute()
        except (TimeoutError, RedisError, OSError) as error:
            raise StreamAway(f"frame {frame.seq} was not sent: {type(error).__name__}: {error}") from error

    async def keep(self, frame: Frame) -> None:
        try:
            await self._redis.set(f"live:last:{frame.topic}", frame_json(frame))
        except (TimeoutError, RedisError, OSError) as error:
            raise StreamAway(f"frame {frame.seq} was not kept: {type(error).__name__}: {error}") from error

    async def signal(self, emits: str, *, player: str | None = None) -> None:
        await signals.publish(self._redis, emits=emits, player=player)
