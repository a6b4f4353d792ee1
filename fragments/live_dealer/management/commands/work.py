"""`manage.py live_dealer work`: tells open pages when the tables changed; until SIGTERM."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from fragment_kit.events.redis_stream import connect
from fragment_kit.events.signals import publish
from fragment_kit.events.worker import run_worker
from fragments.live_dealer.slots import TABLES_FEED
from fragments.live_dealer.tables_watch import CHANGED, TablesWatch


class Command(BaseCommand):
    help = "Tells open pages when the tables changed; until SIGTERM or Ctrl-C."

    def handle(self, *_args: Any, **_options: Any) -> None:
        redis = connect(settings.REDIS_URL)

        async def close() -> None:
            await TABLES_FEED.aclose()
            await redis.aclose()

        run_worker(lambda: [TablesWatch(TABLES_FEED, say_changed=partial(publish, redis, emits=CHANGED))], close=close)
