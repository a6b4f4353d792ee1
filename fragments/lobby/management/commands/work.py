"""`manage.py lobby work`: counts settled bets, pushes the board, keeps the catalogue fresh; until SIGTERM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand

from fragment_kit.events.consumer import Consumer
from fragment_kit.events.projection import Projection
from fragment_kit.events.redis_stream import RedisStream, connect
from fragment_kit.events.replay import HttpLog
from fragment_kit.events.worker import run_worker
from fragment_kit.feeds.client import FeedClient
from fragments.lobby.catalogue_feed import parse_catalogue
from fragments.lobby.catalogue_keeper import BACK, PAGE_TIMEOUT_MS, CatalogueKeeper
from fragments.lobby.leaderboard.broadcast import Broadcaster
from fragments.lobby.leaderboard.outlet import RedisOutlet
from fragments.lobby.leaderboard.projection import GROUP, STREAM, SUBJECTS, count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

    from fragment_kit.events.worker import Job
    from fragments.lobby.catalogue_feed import CataloguePage


class Command(BaseCommand):
    help = "Counts settled bets, pushes the board, keeps the catalogue fresh; until SIGTERM or Ctrl-C."

    def handle(self, *_args: Any, **_options: Any) -> None:
        feed = FeedClient(
            name="catalogue_sync", url=settings.FEEDS["catalogue"], parse=parse_catalogue, timeout_ms=PAGE_TIMEOUT_MS
        )
        redis = connect(settings.REDIS_URL)
        stream = RedisStream(redis)

        async def close() -> None:
            await feed.aclose()
            await stream.close()

        run_worker(lambda: _jobs(redis, stream, feed), close=close)


def _jobs(redis: Redis, stream: RedisStream, feed: FeedClient[CataloguePage]) -> Sequence[Job]:
    outlet = RedisOutlet(redis)
    broadcaster = Broadcaster(outlet)
    projection = Projection(
        name=GROUP,
        stream=STREAM,
        subjects=SUBJECTS,
        apply=count,
        log=HttpLog(settings.WALLET_URL),
        announce=broadcaster.announce,
    )
    return (
        Consumer(projection, stream),
        broadcaster,
        CatalogueKeeper(feed, say_back=lambda: outlet.signal(BACK)),
    )
