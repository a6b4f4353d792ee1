"""Every socket of this process in one place: boards go to all who listen, signals only to the player they concern."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from fragment_kit.contract.errors import ContractBroken
from fragment_kit.serving.logs import logger
from shell.live.broadcast import Broadcast
from shell.live.frames import board_frame, read_update
from shell.live.topics import BOARDS, PANELS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from shell.live.seat import Seat

log = logger("live")
SEATS_A_SESSION_MAX: Final = 20
# How long pages may take over a refresh, so that they do not all come at once: own data, and data of all.
OWN_SPREAD_MS: Final = 300
ALL_SPREAD_MS: Final = 3_000
# The more pages are open, the longer they take over good news, so that they bring a hundred requests a second at most.
MS_A_PAGE: Final = 10
LONGEST_SPREAD_MS: Final = 60_000
SLICE: Final = 200


class Hub:
    """The meeting point of what is published and who listens.

    Args:
        clean: the HTML policy, `clean(fragment, html)`; where it raises ContractBroken the update is dropped.

    """

    def __init__(self, *, clean: Callable[[str, str], str]) -> None:
        self._clean = clean
        self._boards = {topic: Broadcast(topic) for topic in BOARDS}
        self._listeners: dict[str | None, set[Seat]] = defaultdict(set)
        self._sessions: dict[str, set[Seat]] = defaultdict(set)
        self._unsure: set[Seat] = set()
        self._count = 0
        self._is_moving = True

    def __len__(self) -> int:
        return self._count

    @property
    def boards(self) -> Collection[Broadcast]:
        """The topics that are the same for everyone."""
        return self._boards.values()

    @property
    def session_keys(self) -> tuple[str, ...]:
        """The sessions that have a socket open here."""
        return tuple(self._sessions)

    @property
    def unsure_key(self) -> str | None:
        """One of the sessions that nobody could name when their sockets came; None when there is none."""
        return next((seat.unsure_key for seat in self._unsure), None)

    def join(self, seat: Seat) -> bool:
        """Let a socket hear its topics and see their newest frames; False when its session has too many already."""
        if seat.session_key is not None:
            if len(self._sessions.get(seat.session_key, ())) >= SEATS_A_SESSION_MAX:
                return False
            self._sessions[seat.session_key].add(seat)
        if seat.unsure_key is not None:
            self._unsure.add(seat)
        self._count += 1
        seat.on_lost = self.leave
        if PANELS in seat.topics:
            self._listeners[seat.player].add(seat)
            if self._is_moving:
                seat.send_signal()
            else:
                seat.say(is_moving=False)
        for topic in seat.topics:
            if topic in self._boards:
                self._boards[topic].join(seat)
        return True

    def leave(self, seat: Seat) -> None:
        """Forget a socket; once is enough and twice does no harm."""
        self._count -= any(seat in seats for seats in self._seats_of(seat))
        self._unsure.discard(seat)
        for seats in self._seats_of(seat):
            seats.discard(seat)
        if not self._listeners[seat.player]:
            del self._listeners[seat.player]
        if seat.session_key is not None and not self._sessions[seat.session_key]:
            del self._sessions[seat.session_key]

    def publish(self, raw: bytes | str) -> None:
        """Take what a fragment published about a board; what breaks the contract is dropped, logged and replaced."""
        try:
            update = read_update(raw)
            board = self._boards.get(update.topic)
            if board is None or not update.is_newer_than(board.newest):
                return
            board.offer(update, board_frame(update, clean=self._clean, fragment=BOARDS[update.topic]))
        except ContractBroken as error:
            log.warning("live update refused", why=str(error))

    async def signal(self, slots: Iterable[str], *, player: str | None, spread_ms: int | None = None) -> None:
        """Tell pages which panels to fetch again: one player's pages, or everyone's when `player` is None."""
        names = tuple(slots)
        if not names:
            return
        seats = self._everyone() if player is None else tuple(self._listeners.get(player, ()))
        usual_ms = ALL_SPREAD_MS if player is None else OWN_SPREAD_MS
        wide_ms = usual_ms if spread_ms is None else spread_ms
        if wide_ms >= ALL_SPREAD_MS:
            wide_ms = max(wide_ms, min(len(seats) * MS_A_PAGE, LONGEST_SPREAD_MS))
        for number, seat in enumerate(seats, start=1):
            seat.signal(names, wide_ms)
            if number % SLICE == 0:
                await asyncio.sleep(0)

    async def say(self, *, is_moving: bool) -> None:
        """Tell the pages when news stops reaching this process, and when it does again; once for each change."""
        if is_moving == self._is_moving:
            return
        self._is_moving = is_moving
        for number, seat in enumerate(self._everyone(), start=1):
            seat.say(is_moving=is_moving)
            if number % SLICE == 0:
                await asyncio.sleep(0)

    def end_session(self, session_key: str) -> None:
        """Close the sockets of a session that is over: 4401, do not come back."""
        for seat in tuple(self._sessions.get(session_key, ())):
            seat.close(4401, "signed out")
            self.leave(seat)

    def send_back_unsure(self) -> None:
        """Sessions can be named again: 1012, come back, and hear what is yours."""
        for seat in tuple(self._unsure):
            seat.close(1012, "come back as yourself")
            self.leave(seat)

    def close_all(self) -> None:
        """The process goes away: 1012, come back."""
        for seats in (*self._sessions.values(), *self._listeners.values(), *(board.seats for board in self.boards)):
            for seat in tuple(seats):
                seat.close(1012, "restarting")
                self.leave(seat)

    def _everyone(self) -> tuple[Seat, ...]:
        return tuple(seat for seats in self._listeners.values() for seat in seats)

    def _seats_of(self, seat: Seat) -> list[set[Seat]]:
        found = [self._listeners[seat.player], *(board.seats for board in self.boards)]
        if seat.session_key is not None:
            found.append(self._sessions[seat.session_key])
        return found
