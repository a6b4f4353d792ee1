"""The same socket on both servers, each a process of its own: uvicorn as `serve` starts it, and Daphne."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.shell.standing import ANA, board, close_code, frame_with
from tests.valkey import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    import redis.asyncio

    from tests.valkey import ValkeyProcess

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = {
    "uvicorn": [
        *("uvicorn", "shell.asgi:application", "--http", "shell.server.protocol:HttpProtocol"),
        *("--ws", "websockets-sansio", "--log-level", "warning", "--port"),
    ],
    "daphne": ["daphne", "--verbosity", "0", "shell.asgi:application", "--port"],
}


@pytest.fixture(params=sorted(COMMANDS))
def port(request: pytest.FixtureRequest, valkey: ValkeyProcess, tmp_path: Path) -> Iterator[int]:
    """A shell without any fragment, on the server of this run."""
    number = free_port()
    program, *words = COMMANDS[request.param]
    command = [str(Path(sys.executable).parent / program), *words, str(number)]
    environment = os.environ | {
        "REDIS_URL": valkey.url,
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "shell.settings",
    }
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process:
        _wait_for(f"http://127.0.0.1:{number}/healthz", process)
        yield number
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(address)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{process.args} does not answer")


async def test_it_relays_frames_and_signals_and_closes_on_sign_out(port: int, broker: redis.asyncio.Redis) -> None:
    while await broker.publish("live.board.daily", board(1)) == 0:  # noqa: ASYNC110  Redis announces no subscribers
        await asyncio.sleep(0.02)  # the hub is on its way
    url, origin = f"ws://127.0.0.1:{port}/ws/live?topics=board.daily,panels", f"http://127.0.0.1:{port}"
    async with connect(url, origin=origin, additional_headers={"Cookie": f"session={ANA}"}) as socket:
        assert 'data-seq="1"' in await frame_with(socket, 'id="board-daily"')
        await broker.publish("live.board.daily", board(2, html="<ol><li>Ana</li></ol>"))
        assert "<ol><li>Ana</li></ol>" in await frame_with(socket, 'data-seq="2"')
        await broker.publish("live.signals", json.dumps({"slots": ["lobby.board"], "spread_ms": 0}))
        await frame_with(socket, 'data-refresh="lobby.board"')
        await broker.delete(f"session:{ANA}")
        assert await close_code(socket, within_s=5) == 4401


async def test_it_refuses_another_origin_on_every_server(port: int) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        async with connect(f"ws://127.0.0.1:{port}/ws/live?topics=panels", origin="http://x.example"):
            pass
    assert refusal.value.response.status_code == 403
