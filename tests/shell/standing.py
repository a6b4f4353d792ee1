"""A shell on a real port inside the test's own event loop, with a stand-in for the edge."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import uvicorn
from django.core.asgi import get_asgi_application
from websockets.asyncio.client import ClientConnection, connect

from fragment_kit.contract.errors import ContractBroken
from shell.dispatch import Dispatch
from shell.live.service import LiveService
from shell.players.identity import Identity
from shell.process import ShellProcess
from shell.status.knowledge import Knowledge
from tests.valkey import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

ANA, BEN = "a" * 32, "b" * 32
REFRESH_ON = {"wallet.changed": ("wallet.balance", "wallet.history"), "tables.changed": ("live_dealer.tables",)}


class EdgeStandIn:
    """Answers every page with its path."""

    def __init__(self) -> None:
        self.events: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": f"edge {scope['path']}".encode()})

    async def start(self) -> None:
        self.events.append("start")

    async def stop(self) -> None:
        self.events.append("stop")


def plain_policy(fragment: str, html: str) -> str:
    """Lets everything through but scripts."""
    if "<script" in html:
        raise ContractBroken(f"{fragment} sent a script")
    return html


class Standing:
    """A running shell."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.edge = EdgeStandIn()
        self.live = LiveService(
            clean=plain_policy, slots_refreshed_by=lambda name: REFRESH_ON.get(name, ()), identity=Identity()
        )
        self.process = ShellProcess(edge=self.edge, live=self.live, knowledge=Knowledge)
        self.application = Dispatch(process=self.process, django=get_asgi_application())
        self.origin = f"http://127.0.0.1:{port}"

    def socket(self, topics: str = "board.daily,panels", *, session: str = "", **options: Any) -> connect:
        headers = {"Cookie": f"session={session}"} if session else {}
        options.setdefault("origin", self.origin)
        url = f"ws://127.0.0.1:{self.port}/ws/live?topics={topics}"
        return connect(url, additional_headers=headers, compression=None, **options)


@asynccontextmanager
async def standing_shell() -> AsyncIterator[Standing]:
    """Run the shell on uvicorn, as `serve` does."""
    shell = Standing(free_port())
    config = uvicorn.Config(
        shell.application, port=shell.port, ws="websockets-sansio", log_config=None, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    # In a test the signals belong to pytest.
    server.capture_signals = _no_signals
    running = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        yield shell
    finally:
        server.should_exit = True
        await running


async def until(is_so: Callable[[], bool], *, within_s: float = 10.0) -> None:
    """Wait for something that nobody announces."""
    async with asyncio.timeout(within_s):
        while not is_so():  # noqa: ASYNC110  the thing waited for is somebody else's flag
            await asyncio.sleep(0.01)


async def frame(socket: ClientConnection, *, within_s: float = 5.0) -> str:
    """The next frame."""
    async with asyncio.timeout(within_s):
        return str(await socket.recv())


async def frame_with(socket: ClientConnection, text: str, *, within_s: float = 5.0) -> str:
    """The next frame that holds `text`; what comes before it is skipped."""
    async with asyncio.timeout(within_s):
        while True:
            found = str(await socket.recv())
            if text in found:
                return found


async def close_code(socket: ClientConnection, *, within_s: float = 6.0) -> int | None:
    """The code with which the server closes."""
    async with asyncio.timeout(within_s):
        await socket.wait_closed()
    return socket.close_code


def board(seq: int, *, epoch: str = "6f2a", html: str = "<ol></ol>") -> str:
    """What the lobby publishes."""
    as_of = datetime.now(UTC).isoformat()
    return json.dumps({"topic": "board.daily", "epoch": epoch, "seq": seq, "as_of": as_of, "html": html})


class _NoSignals:
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


def _no_signals() -> _NoSignals:
    return _NoSignals()
