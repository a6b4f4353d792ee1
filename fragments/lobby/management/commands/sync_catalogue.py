"""`manage.py lobby sync_catalogue`: pulls the whole catalogue, or what has changed since the last time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from fragment_kit.feeds.client import FeedClient
from fragments.lobby.catalogue import start_anew
from fragments.lobby.catalogue_feed import parse_catalogue
from fragments.lobby.catalogue_keeper import PAGE_TIMEOUT_MS, CatalogueAway, CatalogueKeeper
from fragments.lobby.models import Game

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from fragments.lobby.catalogue import CopyState


class Command(BaseCommand):
    help = "Pulls the catalogue feed page by page until nothing is missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anew", action="store_true", help="list everything again; what is not listed leaves")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["anew"]:
            start_anew()
        try:
            pages, state = asyncio.run(_pull())
        except CatalogueAway as away:
            raise CommandError(f"{away} Start the provider, or set PROVIDER_URL.") from None
        self.stdout.write(f"Took {pages} pages; the copy has {Game.objects.count()} games, at cursor {state.cursor}.")


async def _pull() -> tuple[int, CopyState]:
    feed = FeedClient(
        name="catalogue_sync", url=settings.FEEDS["catalogue"], parse=parse_catalogue, timeout_ms=PAGE_TIMEOUT_MS
    )
    try:
        return await CatalogueKeeper(feed).pull()
    finally:
        await feed.aclose()
