"""Where the WebSocket is, and a plain refusal for every other address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from channels.routing import URLRouter
from django.urls import re_path

from shell.live.consumer import LiveConsumer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shell.live.service import LiveService

    Application = Callable[[Any, Any, Any], Awaitable[None]]

LIVE_PATH = re.compile(r"/ws/live/?")


def websocket_application(live: LiveService) -> Application:
    """The ASGI application for WebSockets."""
    router = URLRouter([re_path(r"^ws/live/?$", LiveConsumer.as_asgi(live=live))])

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if LIVE_PATH.fullmatch(scope["path"]):
            await router(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close"})

    return application
