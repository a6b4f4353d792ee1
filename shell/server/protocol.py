"""HTTP as uvicorn speaks it, with one write where it makes two: each wakes the other side up, and that costs most.

Chosen by `--http shell.server.protocol:HttpProtocol`; without it everything works as well, only not as quickly.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Gathered:
    """A transport that sends at the end of a turn of the event loop what was written during it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.plain = transport
        self._loop = asyncio.get_running_loop()
        self._parts: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        """Everything else is the transport's own."""
        return getattr(self.plain, name)

    def write(self, data: bytes) -> None:
        """Send `data` soon, in one piece with whatever else is written until then."""
        if not self._parts:
            self._loop.call_soon(self.flush)
        self._parts.append(data)

    def flush(self) -> None:
        """Send now what was gathered."""
        parts, self._parts = self._parts, []
        if parts:
            self.plain.write(parts[0] if len(parts) == 1 else b"".join(parts))

    def close(self) -> None:
        """Close in order: what was written goes out before."""
        self.flush()
        self.plain.close()


class HttpProtocol(HttpToolsProtocol):
    """One browser's connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(Gathered(transport))  # type: ignore[arg-type]

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over as it is: frames are sent by the hub in its own rhythm."""
        gathered: Any = self.transport
        gathered.flush()
        self.transport = gathered.plain
        super().handle_websocket_upgrade()
