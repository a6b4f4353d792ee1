"""Breaks and mends the provider simulator's feeds by hand: `manage.py feed`, `manage.py feed tables down|up|hang`."""

from __future__ import annotations

import asyncio
import json
import os
from typing import TYPE_CHECKING, Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from httpx_aiohttp import AiohttpTransport

if TYPE_CHECKING:
    from argparse import ArgumentParser

TIMEOUT_S = 3.0
DEVELOPMENT_URL = "http://127.0.0.1:8200"


class Command(BaseCommand):
    help = "List the simulator's feeds, or switch one: feed <feed> up|down|hang."
    # An outage is switched while other things are broken too; no check of ours may stand in its way.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("feed", nargs="?", help="payments, tables, offers or catalogue; every feed when left out")
        parser.add_argument("mode", nargs="?", help="up, down (answers 503) or hang (never answers)")
        parser.add_argument("--url", default=_simulator_url(), help="the simulator")

    def handle(self, *, feed: str | None, mode: str | None, url: str, **_: Any) -> None:
        if feed and not mode:
            raise CommandError(f"Say what {feed} should do: feed {feed} up|down|hang.")
        modes = asyncio.run(_ask(url.rstrip("/"), feed, mode))
        for name, now in modes.items():
            style = self.style.SUCCESS if now == "up" else self.style.WARNING
            self.stdout.write(f"{name:<10} {style(now)}")


def _simulator_url() -> str:
    """PROVIDER_URL, else the simulator that `serve` wrote down for this folder, else the usual address."""
    if url := os.environ.get("PROVIDER_URL"):
        return url
    try:
        services = json.loads((settings.VAR_DIR / "run" / "services.json").read_text(encoding="utf-8"))
        return str(services["simulator"]["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return DEVELOPMENT_URL


async def _ask(url: str, feed: str | None, mode: str | None) -> dict[str, str]:
    async with httpx.AsyncClient(transport=AiohttpTransport(), timeout=TIMEOUT_S, trust_env=False) as http:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                if feed:
                    response = await http.post(f"{url}/control/feeds/{feed}", json={"mode": mode})
                else:
                    response = await http.get(f"{url}/control/feeds")
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL) as error:
            raise CommandError(
                f"The provider simulator at {url} does not answer. "
                "Is `manage.py serve` running? PROVIDER_URL or --url names another address."
            ) from error
    return _modes_in(response, url)


def _modes_in(response: httpx.Response, url: str) -> dict[str, str]:
    try:
        found = response.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise CommandError(f"{url} answered {response.status_code}, but not as the provider simulator does.")
    if response.is_error:
        raise CommandError(str(found.get("error", f"{url} answered {response.status_code}.")))
    return found
