"""A fragment that comes back is not knocked down again by the pages that waited for it."""

from __future__ import annotations

import asyncio
import random
import re
import signal
import time
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession, TCPConnector
from websockets.asyncio.client import connect

from shell.upkeep.recovery import SPREAD_MS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.stack import Stack

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("healthy")]

PAGES = 200
PANEL = "promotions.offers"
# What the pages would ask for if each of them came once, evenly, in the time over which good news is spread.
STEADY_PER_S = PAGES / (SPREAD_MS / 1000)
NAMES = re.compile(r'data-refresh="([^"]*)"')
SPREAD = re.compile(r'data-spread-ms="(\d+)"')
RETRY = re.compile(r"load delay:(\d+)s")
URL = re.compile(r'hx-get="([^"]+)"')


class Page:
    """An open page as far as this one panel goes: hears signals, waits its share of the spread, and asks."""

    def __init__(self, http: ClientSession, asked: list[float]) -> None:
        self._http = http
        self._asked = asked
        self._url = "/f/" + PANEL.replace(".", "/")
        self._waiting: asyncio.TimerHandle | None = None
        self._asking: asyncio.Task[None] | None = None
        self.state = ""

    async def live(self, origin: str, is_open: asyncio.Event) -> None:
        url = origin.replace("http", "ws", 1) + "/ws/live?topics=panels"
        async with connect(url, origin=origin, compression=None) as socket:
            await self.ask()
            is_open.set()
            async for frame in socket:
                names = NAMES.search(str(frame))
                if names and PANEL in names[1].split():
                    spread = SPREAD.search(str(frame))
                    self._later(
                        random.random()  # noqa: S311 -- spreads, guards nothing
                        * int(spread[1] if spread else 300)
                        / 1000
                    )

    async def ask(self) -> None:
        self._asked.append(time.monotonic())
        async with self._http.get(self._url, headers={"HX-Request": "true"}) as answer:
            html = await answer.text()
        self.state = answer.headers["Panel-State"].split(";")[0]
        self._url = URL.search(html)[1].replace("&amp;", "&")
        if retry := RETRY.search(html):
            self._later(int(retry[1]))

    def _later(self, pause_s: float) -> None:
        # As in the browser: an answer that swaps the panel takes the old panel's timers with it.
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = asyncio.get_running_loop().call_later(pause_s, self._begin)

    def _begin(self) -> None:
        self._asking = asyncio.create_task(self.ask())

    async def close(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        if self._asking is not None:
            await self._asking


@asynccontextmanager
async def open_pages(stack: Stack, asked: list[float]) -> AsyncIterator[list[Page]]:
    async with ClientSession(stack.shell_url, connector=TCPConnector(limit=PAGES)) as http:
        pages = [Page(http, asked) for _ in range(PAGES)]
        opened = [asyncio.Event() for _ in pages]
        alive = [
            asyncio.create_task(page.live(stack.shell_url, is_open))
            for page, is_open in zip(pages, opened, strict=True)
        ]
        await asyncio.gather(*(is_open.wait() for is_open in opened))
        try:
            yield pages
        finally:
            for task in alive:
                task.cancel()
            await asyncio.gather(*alive, return_exceptions=True)
            await asyncio.gather(*(page.close() for page in pages))


async def until_all(pages: list[Page], states: set[str], within_s: float) -> None:
    async with asyncio.timeout(within_s):
        while any(page.state not in states for page in pages):  # noqa: ASYNC110 -- pages ask whenever they like
            await asyncio.sleep(0.05)


def busiest_second(times: list[float]) -> int:
    """The most requests in any one second, wherever it begins."""
    return max(sum(begin <= moment < begin + 1 for moment in times) for begin in times)


async def test_two_hundred_pages_come_back_at_no_more_than_twice_an_even_pace(stack: Stack) -> None:
    asked: list[float] = []
    async with open_pages(stack, asked) as pages:
        await until_all(pages, {"fresh", "empty"}, 30)
        stack.kill("promotions", signal.SIGSTOP)
        try:
            await until_all(pages, {"stale", "unavailable"}, 30)
        finally:
            stack.kill("promotions", signal.SIGCONT)
        healed_s = time.monotonic()
        await until_all(pages, {"fresh", "empty"}, 30)
    recovery = [moment for moment in asked if moment >= healed_s]
    assert busiest_second(recovery) <= 2 * STEADY_PER_S, Counter(int(moment - healed_s) for moment in recovery)
    assert len(recovery) <= 2 * PAGES
