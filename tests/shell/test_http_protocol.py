"""The shell's own HTTP protocol says what uvicorn's says, in fewer writes."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from shell.server.protocol import Gathered, HttpProtocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ASK = "GET {} HTTP/1.1\r\nHost: x\r\n\r\n"


class Recorder(asyncio.Transport):
    """Keeps what is written, each write for itself."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.is_closed = False

    def write(self, data: Any) -> None:
        assert not self.is_closed
        self.writes.append(data)

    def close(self) -> None:
        self.is_closed = True


async def application(scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"connection", b"keep-alive")]})
    for letter in scope["path"][1:]:
        await send({"type": "http.response.body", "body": letter.encode(), "more_body": True})
        if letter.isupper():
            await asyncio.sleep(0.001)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


@asynccontextmanager
async def connection() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    config = uvicorn.Config(application, http=HttpProtocol, lifespan="off", log_config=None)
    config.load()
    server = uvicorn.Server(config)
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(lambda: HttpProtocol(config, server.server_state, {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*listener.sockets[0].getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()
        listener.close()


async def said(reader: asyncio.StreamReader) -> str:
    """The body of one chunked answer."""
    await reader.readuntil(b"\r\n\r\n")
    body = ""
    while size := int(await reader.readline(), 16):
        body += (await reader.readexactly(size)).decode()
        await reader.readline()
    await reader.readline()
    return body


async def test_it_sends_head_and_body_in_one_piece_and_later_parts_when_they_come() -> None:
    recorder = Recorder()
    transport = Gathered(recorder)
    transport.write(b"head ")
    transport.write(b"body")
    assert recorder.writes == []
    await asyncio.sleep(0)
    transport.write(b"rest")
    await asyncio.sleep(0)
    assert recorder.writes == [b"head body", b"rest"]


async def test_it_sends_what_was_written_before_it_closes() -> None:
    recorder = Recorder()
    transport = Gathered(recorder)
    transport.write(b"last words")
    transport.close()
    await asyncio.sleep(0)
    assert (recorder.writes, recorder.is_closed) == ([b"last words"], True)


async def test_it_answers_one_request_after_another_on_one_connection() -> None:
    async with connection() as (reader, writer):
        for path in ("/abc", "/aBcD", "/"):
            writer.write(ASK.format(path).encode())
            assert await said(reader) == path[1:]


async def test_it_answers_requests_that_came_together_in_their_order() -> None:
    async with connection() as (reader, writer):
        writer.write("".join(ASK.format(path) for path in ("/Ab", "/c", "/D")).encode())
        assert [await said(reader) for _ in range(3)] == ["Ab", "c", "D"]


async def test_it_hands_a_socket_over_as_it_is() -> None:
    config = uvicorn.Config(application, http=HttpProtocol, ws="websockets-sansio", lifespan="off", log_config=None)
    config.load()
    protocol = HttpProtocol(config, uvicorn.Server(config).server_state, {})
    recorder = Recorder()
    taken: list[Any] = []
    recorder.set_protocol = taken.append  # type: ignore[method-assign]
    protocol.connection_made(recorder)
    upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: YQ==\r\nSec-WebSocket-Version: 13\r\n"
    protocol.data_received(f"GET /ws HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n".encode())
    assert isinstance(taken[0], WebSocketsSansIOProtocol)
    assert taken[0].transport is recorder
