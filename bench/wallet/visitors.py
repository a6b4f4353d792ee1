"""Visitors of the lobby: leaf through pages and search, as fast as answers come; prints pages per second."""

from __future__ import annotations

import asyncio
import json
import sys
import time

QUERIES = ("", "?category=cards", "?q=lantern+17", "?category=slots", "?q=studio+3", "?q=lucky")


async def visit(port: int, index: int, until: float) -> int:
    """One visitor; how many pages it got."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    pages = asked = 0
    while time.perf_counter() < until:
        query = QUERIES[(index + asked) % len(QUERIES)]
        writer.write(
            f"GET /slots/games{query} HTTP/1.1\r\nHost: lobby\r\nFragment-Contract: 1\r\nFragment-Mount: /f/lobby\r\n"
            "Fragment-Mode: include\r\nFragment-Deadline-Ms: 5000\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        await _body(reader, head.lower())
        # A lobby that is over its deadline says so; the visitor tries the next page.
        pages += b" 200 " in head[:20]
        asked += 1
    writer.close()
    return pages


async def _body(reader: asyncio.StreamReader, head: bytes) -> None:
    if b"content-length:" in head:
        await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
        return
    size = 1
    while size:
        size = int(await reader.readuntil(b"\r\n"), 16)
        await reader.readexactly(size + 2)


async def main(port: int, clients: int, seconds: int) -> None:
    """All visitors at once."""
    until = time.perf_counter() + seconds
    found = await asyncio.gather(*(visit(port, index, until) for index in range(clients)))
    print(json.dumps({"per_s": sum(found) / seconds}))


if __name__ == "__main__":
    asyncio.run(main(*(int(word) for word in sys.argv[1:])))
