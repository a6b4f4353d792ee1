"""Browsers that leave take their work along: nothing is asked for them any more, and nothing of theirs stays."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
import uvicorn

from shell.composition.tickets import LIFETIME_S
from shell.gateway.hop import PLACES_PER_FRAGMENT
from tests.shell.composition.floor import Floor, open_floor
from tests.shell.standing import _no_signals, until
from tests.valkey import free_port

if TYPE_CHECKING:
    import pathlib
    from collections.abc import AsyncIterator

    from tests.shell.hostile import Conversation

TABS = 10_000
AT_ONCE = 200
LIMIT_S = 15


@pytest.fixture
async def floor(tmp_path: pathlib.Path) -> AsyncIterator[Floor]:
    async with open_floor(tmp_path) as opened:
        yield opened


@asynccontextmanager
async def served(floor: Floor) -> AsyncIterator[int]:
    """The floor's edge on a port, by the server that `serve` starts."""
    port = free_port()
    config = uvicorn.Config(floor.stage.edge, port=port, lifespan="off", log_config=None, access_log=False, ws="none")
    server = uvicorn.Server(config)
    server.capture_signals = _no_signals
    running = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        yield port
    finally:
        server.should_exit = True
        await running


async def hangs(c: Conversation) -> None:
    await c.until_they_leave()


async def open_and_leave(port: int, path: str, stay_s: float) -> None:
    """A browser that asks and closes the tab before the answer."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nHX-Request: true\r\n\r\n".encode())
    await writer.drain()
    await asyncio.sleep(stay_s)
    writer.close()


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 -- the kernel's own list, no tree to walk


def all_is_free(floor: Floor) -> bool:
    return all(gauge == (0, 0) for gauge in floor.gateway.hop.gauges().values())


async def test_a_browser_that_leaves_stops_the_call_for_it(floor: Floor) -> None:
    floor.behave("lobby", hangs)
    async with served(floor) as port:
        for path in ("/f/lobby/games", "/?compose=inline"):
            leaving = asyncio.create_task(open_and_leave(port, path, 0.1))
            await until(lambda: floor.gateway.hop.gauges().get("lobby", (0, 0))[0] > 0)
            await leaving
            began_s = time.monotonic()
            await until(lambda: all_is_free(floor))
            assert time.monotonic() - began_s < 0.2  # the slot's own deadline is twice that


async def test_ten_thousand_closed_tabs_leave_nothing_behind(floor: Floor) -> None:
    for name in ("lobby", "promotions"):
        floor.behave(name, hangs)
    async with served(floor) as port:
        await open_and_leave(port, "/f/live_dealer/tables", 0.05)
        before_files, began_s = open_files(), time.process_time()
        for wave in range(TABS // AT_ONCE):
            path = ("/f/lobby/games", "/f/promotions/offers", "/f/lobby/board?q=1", "/f/lobby/games", "/")[wave % 5]
            stays = (0.0, 0.01, 0.05)[wave % 3]
            await asyncio.gather(*(open_and_leave(port, path, stays) for _ in range(AT_ONCE)))
        took_s = time.process_time() - began_s
        await until(lambda: all_is_free(floor))
        await asyncio.sleep(LIFETIME_S)  # fetches of half-sent pages wait this long for their includes
        held = {name: fragment.tasks for name, fragment in floor.fragments.items()}
        assert (held["lobby"], held["promotions"]) == (set(), set())  # each connection that hung was closed
        idle = held["wallet"] | held["live_dealer"]  # kept alive for the next visit, never more than there are places
        assert len(idle) <= 2 * PLACES_PER_FRAGMENT
        assert open_files() <= before_files + 2 * len(idle)
        gc.collect()
        assert len(asyncio.all_tasks() - idle) <= 4
        floor.behave("lobby", None)
        assert (await floor.stage.panel("lobby.games")).headers["panel-state"] == "fresh"
    assert took_s < LIMIT_S  # of our own time, whatever else the machine does
