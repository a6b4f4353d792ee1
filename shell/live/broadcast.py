"""One topic's way to its sockets: the newest frame wins, and no more than four go out in a second."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from shell.live.frames import Update
    from shell.live.seat import Message, Seat

GAP_S: Final = 0.25
# Between slices the loop serves other work; 200 frames take about three milliseconds.
SLICE: Final = 200


class Broadcast:
    """The sockets that hear one topic, and the frame they see first."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.seats: set[Seat] = set()
        self.newest: Update | None = None
        self._message: Message | None = None
        self._is_new = asyncio.Event()

    def join(self, seat: Seat) -> None:
        """Add a socket; it sees the newest frame at once."""
        self.seats.add(seat)
        if self._message is not None:
            seat.push(self.topic, self._message)

    def offer(self, update: Update, frame: str) -> None:
        """Take a newer frame; it goes out when the topic's next turn comes."""
        self.newest = update
        self._message = {"type": "websocket.send", "text": frame}
        self._is_new.set()

    async def run(self) -> None:
        """Send each newest frame to everyone, for as long as the process lives."""
        loop = asyncio.get_running_loop()
        while True:
            await self._is_new.wait()
            self._is_new.clear()
            began_s = loop.time()
            await self._send_to_all()
            await asyncio.sleep(max(0.0, GAP_S - (loop.time() - began_s)))

    async def _send_to_all(self) -> None:
        message = self._message
        if message is None:
            return
        seats = tuple(self.seats)
        for first in range(0, len(seats), SLICE):
            for seat in seats[first : first + SLICE]:
                seat.push(self.topic, message)
            await asyncio.sleep(0)
