"""A fragment that misbehaves on purpose, byte by byte, on a real socket."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

HTML = "Content-Type: text/html; charset=utf-8\r\n"
GOOD = b"<div>well</div>"
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Conversation:
    """One request and what is said back."""

    def __init__(self, head: str, body: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.head = head
        self.body = body
        self._reader = reader
        self._writer = writer

    async def say(self, *parts: bytes | str) -> None:
        """Send bytes now."""
        for part in parts:
            self._writer.write(part.encode() if isinstance(part, str) else part)
        await self._writer.drain()

    async def answer(
        self, body: bytes | str = GOOD, *, status: str = "200 OK", extra: str = "", kind: str = HTML
    ) -> None:
        """Send a well-formed response."""
        raw = body.encode() if isinstance(body, str) else body
        await self.say(f"HTTP/1.1 {status}\r\n{kind}{extra}Content-Length: {len(raw)}\r\n\r\n", raw)

    async def drip(self, parts: list[bytes], every_s: float = 0.02) -> None:
        """Send one part after the other, for ever from the last one on."""
        for part in parts[:-1]:
            await self.say(part)
        while True:
            await self.say(parts[-1])
            await asyncio.sleep(every_s)

    async def until_they_leave(self) -> None:
        """Say nothing for as long as the other side listens."""
        await self._reader.read()
        self.hang_up()

    def hang_up(self) -> None:
        """Close in an orderly way."""
        self._writer.close()

    def reset(self) -> None:
        """Close with RST."""
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self._writer.transport.abort()


class HostileFragment:
    """A server whose conduct is chosen by the last part of the path; unknown parts are answered well."""

    def __init__(self) -> None:
        self.conducts: dict[str, Callable[[Conversation], Awaitable[None]]] = {}
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        self._was_asked = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Its address."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def conduct(self, name: str) -> Callable[[Callable[[Conversation], Awaitable[None]]], None]:
        """Decorator: behave like this for paths that end in `name`."""
        return lambda function: self.conducts.__setitem__(name, function)

    async def asked(self, times: int = 1) -> None:
        """Wait until so many requests have come."""
        async with self._was_asked:
            await self._was_asked.wait_for(lambda: len(self.heads) >= times)

    def answers(self, name: str, body: bytes | str = GOOD, *, status: str = "200 OK", extra: str = "") -> None:
        """Answer paths that end in `name` like this from now on."""

        async def answer(c: Conversation) -> None:
            await c.answer(body, status=status, extra=extra)

        self.conducts[name] = answer

    @property
    def tasks(self) -> set[asyncio.Task[None]]:
        """The server's own tasks."""
        return set(self._tasks)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=2**20)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await self._one(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = next((int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")), 0)
        body = await reader.readexactly(length)
        self.heads.append(head)
        self.bodies.append(body)
        async with self._was_asked:
            self._was_asked.notify_all()
        name = head.split(" ")[1].partition("?")[0].rsplit("/", 1)[1]
        conversation = Conversation(head, body, reader, writer)
        conduct = self.conducts.get(name)
        await (conduct(conversation) if conduct else conversation.answer())
        if writer.is_closing():
            raise ConnectionResetError


@asynccontextmanager
async def hostile_fragment() -> AsyncIterator[HostileFragment]:
    """A running one."""
    fragment = HostileFragment()
    await fragment.start()
    try:
        yield fragment
    finally:
        await fragment.stop()


def bomb(megabytes: int = 50) -> bytes:
    """Zeros that pack well."""
    return gzip.compress(b"\x00" * megabytes * 1024 * 1024, compresslevel=9)
