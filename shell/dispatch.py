"""Sends each connection to the part of the shell that answers it; the edge is in front because it must be quick."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any, Final

from fragment_kit.serving.logs import logger
from shell.composition.answers import send_answer, text_answer
from shell.composition.forms import BODY_BYTES_MAX

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shell.process import ShellProcess

    Application = Callable[[Any, Any, Any], Awaitable[None]]

log = logger("shell")
PAGES: Final = frozenset({"/", "/live", "/games", "/offers", "/wallet", "/limits"})
SLASHED: Final = frozenset(f"{page}/" for page in PAGES if page != "/")
# New objects before a collection, and collections before a longer one. A page makes a few hundred of them.
COLLECTED_AFTER: Final = (20_000, 20, 20)
EDGE_PREFIXES: Final = ("/f/", "/assets/")


def is_for_the_edge(path: str) -> bool:
    """Whether composed pages, fragments or fragment stylesheets live at this path; one trailing slash is tolerated."""
    return path in PAGES or path.startswith(EDGE_PREFIXES) or path in SLASHED


def _is_too_large(scope: Any) -> bool:
    """Whether more than any form of ours was announced; Django's own guard speaks of its insides instead."""
    announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return announced.isdigit() and int(announced) > BODY_BYTES_MAX


class Dispatch:
    """The ASGI application that servers run.

    Args:
        process: the parts with a life of their own, started by the server's lifespan, or by the first connection
            under a server that has none (Daphne).
        django: sign-in, status, probes, static files and not-found pages.

    """

    def __init__(self, *, process: ShellProcess, django: Application) -> None:
        self._process = process
        self._django = django

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one connection."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        if not self._process.is_started:
            await self._process.start()
        if scope["type"] == "websocket":
            await self._process.websocket(scope, receive, send)
        elif is_for_the_edge(scope["path"]):
            await self._process.edge(scope, receive, send)
        elif _is_too_large(scope):
            await send_answer(send, text_answer(413, f"At most {BODY_BYTES_MAX // 1024} KiB can be sent at once.\n"))
        else:
            await self._django(scope, receive, send)

    async def _lifespan(self, receive: Any, send: Any) -> None:
        await receive()
        try:
            await self._process.start()
        except Exception as error:
            log.exception("the shell cannot start")
            await send({"type": "lifespan.startup.failed", "message": f"The shell cannot start: {error}"})
            return
        _settle_memory()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._process.stop()
        await send({"type": "lifespan.shutdown.complete"})


def _settle_memory() -> None:
    """Let the collector leave alone what stays for ever, and come less often: it took a seventh of a page's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)
