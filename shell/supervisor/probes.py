"""Asks a child whether it is ready, without waiting for one that hangs."""

from __future__ import annotations

import asyncio
from typing import assert_never

from shell.supervisor.ports import HOST
from shell.supervisor.specs import HttpProbe, Probe, SocketProbe

_ATTEMPT_S = 1.0
_EVERY_S = 0.05


async def until_ready(probe: Probe) -> None:
    """Ask again and again until the answer is yes; for ever, if it never is."""
    while not await is_ready(probe):  # noqa: ASYNC110 — another process has no event that could be awaited
        await asyncio.sleep(_EVERY_S)


async def is_ready(probe: Probe) -> bool:
    """One attempt, cut off after a second; any failure means "not yet"."""
    try:
        async with asyncio.timeout(_ATTEMPT_S):
            match probe:
                case HttpProbe():
                    return await _answers_http(probe)
                case SocketProbe():
                    return await _answers_ping(probe)
                case _:
                    assert_never(probe)
    except (OSError, TimeoutError, ValueError):
        return False


async def _answers_http(probe: HttpProbe) -> bool:
    # Written by hand: importing an HTTP client would cost the supervisor more than everything else it does.
    request = f"GET {probe.path} HTTP/1.1\r\nHost: {HOST}:{probe.port}\r\nConnection: close\r\n\r\n"
    status_line = await _first_line(*await asyncio.open_connection(HOST, probe.port), request.encode())
    return status_line.split(b" ")[1:2] == [b"200"]


async def _answers_ping(probe: SocketProbe) -> bool:
    return await _first_line(*await asyncio.open_unix_connection(probe.socket_path), b"PING\r\n") == b"+PONG\r\n"


async def _first_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    try:
        writer.write(request)
        await writer.drain()
        return await reader.readline()
    finally:
        writer.close()
