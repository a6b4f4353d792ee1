"""The WebSocket `/ws/live`: lets a player's page listen, and takes nothing from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from channels.consumer import AsyncConsumer
from django.conf import settings

from shell.live.origin import is_own_origin
from shell.live.seat import Seat
from shell.live.topics import TopicsRefused, asked_topics
from shell.players.identity import SessionUnknown, session_key_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shell.live.service import LiveService

    Message = dict[str, Any]

# A page has nothing to say here. A few small messages of a browser extension or an old script do no harm.
INBOUND_MESSAGES_MAX: Final = 10
INBOUND_CHARACTERS_MAX: Final = 4_096


class LiveConsumer(AsyncConsumer):  # type: ignore[misc]  # Channels ships no types
    """One connection.

    It keeps Channels' protocol and leaves out its loop, which costs two tasks and a thread hop for each message.
    """

    def __init__(self, *, live: LiveService) -> None:
        self._live = live
        self._seat: Seat | None = None
        self._inbound = 0
        self._is_over = False

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """Handle messages until the browser is gone."""
        self.scope = scope
        self.base_send = send
        try:
            while not self._is_over:
                await self.dispatch(await receive())
        finally:
            if self._seat is not None:
                self._seat.drop()
                self._live.hub.leave(self._seat)

    async def dispatch(self, message: Message) -> None:
        """Choose the method by the message's type."""
        match message["type"]:
            case "websocket.connect":
                await self.websocket_connect()
            case "websocket.receive":
                self.websocket_receive(message)
            case "websocket.disconnect":
                self._is_over = True

    async def websocket_connect(self) -> None:
        """Check who asks for what; a close code is only seen by a browser after the socket was accepted."""
        if not is_own_origin(self.scope, hosts=settings.ALLOWED_HOSTS, trusted=settings.CSRF_TRUSTED_ORIGINS):
            await self.base_send({"type": "websocket.close"})
            return
        key = session_key_of(self.scope)
        whose = await self._live.identity.of_key(key)
        player = None if isinstance(whose, SessionUnknown) else whose
        topics = asked_topics(self.scope["query_string"])
        await self.base_send({"type": "websocket.accept"})
        if isinstance(topics, TopicsRefused):
            await self._close(topics.code, topics.reason)
            return
        seat = Seat(
            send=self.base_send,
            topics=topics,
            player=player.player if player else None,
            session_key=key if player else None,
            unsure_key=key if isinstance(whose, SessionUnknown) else None,
        )
        if self._live.hub.join(seat):
            self._seat = seat
        else:
            await self._close(4429, "too many pages are open in this session")

    def websocket_receive(self, message: Message) -> None:
        """Ignore it; close on too many or too large, for a page of ours never speaks."""
        self._inbound += 1
        size = len(message.get("text") or message.get("bytes") or "")
        if self._seat and (self._inbound > INBOUND_MESSAGES_MAX or size > INBOUND_CHARACTERS_MAX):
            self._live.hub.leave(self._seat)
            self._seat.close(4400, "this socket takes no messages")

    async def _close(self, code: int, reason: str) -> None:
        await self.base_send({"type": "websocket.close", "code": code, "reason": reason})
