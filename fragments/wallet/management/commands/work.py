"""`manage.py wallet work`: publishes the outbox, builds the history and ends holds until it is told to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand

from fragment_kit.events import signals
from fragment_kit.events.consumer import Consumer
from fragment_kit.events.lease import leadership
from fragment_kit.events.projection import Projection, resume
from fragment_kit.events.redis_stream import RedisStream, connect
from fragment_kit.events.relay import Relay
from fragment_kit.events.replay import OwnLog
from fragment_kit.events.worker import run_worker
from fragments.wallet import events, history
from fragments.wallet.expiry import HoldExpiry

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence

    from redis.asyncio import Redis

    from fragment_kit.contract.events import CloudEvent
    from fragment_kit.events.worker import Job


class Command(BaseCommand):
    help = "Publish the outbox and build the history until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--resume", metavar="SUBJECT", help="let a halted subject of the history go on, then work")

    def handle(self, *_args: Any, **options: Any) -> None:
        subject = options["resume"]
        if subject and not resume(history.PROJECTION, subject):
            self.stderr.write(f"{subject} is not halted; nothing to resume.")
        worker = Worker(settings.REDIS_URL)
        run_worker(worker.jobs, close=worker.close)


class Worker:
    """The wallet's jobs and the two Redis connections they share."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url

    def jobs(self) -> Sequence[Job]:
        """Relay, history and the end of holds; called inside the running loop."""
        # A blocking read holds its connection, so reading and publishing do not share one client's pool by chance.
        self._redis = connect(self._redis_url)
        self._stream = RedisStream(connect(self._redis_url))
        projection = Projection(
            name=history.PROJECTION,
            stream=events.AGGREGATE,
            subjects="wallet/",
            apply=history.apply,
            log=OwnLog(),
            announce=lambda applied: _announce(self._redis, applied),
        )
        relay = Relay(self._stream, lambda: leadership("wallet.relay"))
        return [relay, Consumer(projection, self._stream), HoldExpiry()]

    async def close(self) -> None:
        """Leave the groups and close."""
        await self._stream.close()
        await self._redis.aclose()


async def _announce(redis: Redis, applied: Sequence[CloudEvent]) -> None:
    """One signal per player and batch, however many of the player's events were in it."""
    for player in dict.fromkeys(event.data["player_id"] for event in applied):
        await signals.publish(redis, emits="wallet.changed", player=player)
