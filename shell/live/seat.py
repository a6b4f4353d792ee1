"""One socket as the hub sees it: takes frames at once, and holds only the newest of each topic while it is slow."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Any, Final

from shell.live.frames import panels_frame
from shell.live.stepping import step

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    Message = dict[str, Any]
    Send = Callable[[Message], Awaitable[None]]

# Long enough for a phone in a lift; the place of a stalled reader costs one frame's memory meanwhile.
STALLED_S: Final = 20.0
# A player's own data changes in bursts (bet, win, history); one refresh a second is enough for eyes.
SIGNAL_GAP_S: Final = 1.0


class Seat:
    """One open socket.

    Args:
        send: the server's send; a frame is a step of this coroutine, and becomes a task only when it has to wait.
        topics: what the socket may hear.
        player: whose it is, None for a visitor.
        session_key: the session to watch for sign-out; never sent anywhere.
        unsure_key: the session that nobody could name; until somebody can, the socket hears what visitors hear.
        stalled_s: a reader that took nothing for this long is told to come back later.

    """

    __slots__ = (
        "_close", "_epoch", "_is_moving", "_is_unsaid", "_later", "_loop", "_next_signal_s", "_send", "_seq", "_signal",
        "_spread_ms", "_stalled", "_stalled_s", "_task", "_waiting", "is_gone", "on_lost", "player", "session_key",
        "topics", "unsure_key",
    )  # fmt: skip

    def __init__(
        self,
        *,
        send: Send,
        topics: tuple[str, ...],
        player: str | None = None,
        session_key: str | None = None,
        unsure_key: str | None = None,
        stalled_s: float = STALLED_S,
    ) -> None:
        self.topics = topics
        self.player = player
        self.session_key = session_key
        self.unsure_key = unsure_key
        self.is_gone = False
        self.on_lost: Callable[[Seat], None] = _nothing
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[None] | None = None
        self._waiting: dict[str, Message] = {}
        self._close: Message | None = None
        self._stalled_s = stalled_s
        self._stalled: asyncio.TimerHandle | None = None
        # A new epoch for every connection: after a reconnect the page knows that it may have missed signals.
        self._epoch = secrets.token_hex(4)
        self._seq = 0
        self._signal: set[str] = set()
        self._spread_ms = 0
        self._next_signal_s = 0.0
        self._later: asyncio.TimerHandle | None = None
        self._is_moving = True
        self._is_unsaid = False

    def push(self, topic: str, message: Message) -> None:
        """Send a frame now, or keep it as the topic's newest while the socket is still busy with an older one."""
        if self.is_gone:
            return
        if self._task is not None:
            self._waiting[topic] = message
            return
        self._start(message)

    def signal(self, slots: Iterable[str], spread_ms: int) -> None:
        """Ask the page to fetch panels again; what comes within a second is gathered into one frame."""
        self._signal.update(slots)
        self._spread_ms = max(self._spread_ms, spread_ms)
        wait_s = self._next_signal_s - self._loop.time()
        if wait_s <= 0:
            self.send_signal()
        elif self._later is None:
            self._later = self._loop.call_later(wait_s, self.send_signal)

    def say(self, *, is_moving: bool) -> None:
        """Tell the page whether news can reach it at all, now or with what it is told next."""
        self._is_unsaid = is_moving != self._is_moving
        self._is_moving = is_moving
        if self._is_unsaid and self._later is None:
            self.send_signal()

    def send_signal(self) -> None:
        """Send what was gathered; also with nothing gathered, as the first frame that a new socket starts from."""
        self._later = None
        if self.is_gone or self._task is not None:
            return
        frame = panels_frame(
            epoch=self._epoch,
            seq=self._seq,
            slots=self._signal,
            spread_ms=self._spread_ms,
            is_moving=self._is_moving,
        )
        self._next_signal_s = self._loop.time() + (SIGNAL_GAP_S if self._signal else 0)
        self._seq += 1
        self._signal.clear()
        self._is_unsaid = False
        self._spread_ms = 0
        self._start({"type": "websocket.send", "text": frame})

    def close(self, code: int, reason: str) -> None:
        """Say goodbye after the frame in flight; nothing else is sent any more."""
        if self.is_gone:
            return
        self.leave()
        goodbye = {"type": "websocket.close", "code": code, "reason": reason}
        if self._task is None:
            self._start(goodbye)
        else:
            self._close = goodbye

    def leave(self) -> None:
        """Take no more frames: the socket is closed or closing."""
        self.is_gone = True
        self._waiting.clear()
        for timer in (self._stalled, self._later):
            if timer is not None:
                timer.cancel()

    def drop(self) -> None:
        """The connection is over; stop what may still wait for it."""
        self.leave()
        self._close = None
        if self._task is not None:
            self._task.cancel()

    def _start(self, message: Message) -> None:
        try:
            self._task = step(self._send(message))
        except Exception:  # noqa: BLE001  each server has its own word for a connection that is lost
            self._lost()
            return
        if self._task is not None:
            self._task.add_done_callback(self._done)
            self._stalled = self._loop.call_later(self._stalled_s, self._give_up)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if self._stalled is not None:
            self._stalled.cancel()
        if task.cancelled() or task.exception() is not None:
            self._lost()
        elif self._close is not None:
            goodbye, self._close = self._close, None
            self._start(goodbye)
        else:
            self._catch_up()

    def _catch_up(self) -> None:
        while self._waiting and self._task is None and not self.is_gone:
            topic = next(iter(self._waiting))
            self._start(self._waiting.pop(topic))
        if (self._signal or self._is_unsaid) and self._task is None and self._later is None:
            self.send_signal()

    def _give_up(self) -> None:
        self.close(1013, "too slow; come back in a moment")
        self.on_lost(self)

    def _lost(self) -> None:
        self.drop()
        self.on_lost(self)


def _nothing(_seat: Seat) -> None:
    return
