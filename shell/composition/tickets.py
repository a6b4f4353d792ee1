"""Keeps fetches that missed the inline budget alive for a moment, so that the include need not ask twice."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from shell.composition.dealer import Dealt
    from shell.composition.panels import Place
    from shell.composition.visits import Visit

LIFETIME_S: Final = 2.0
TICKETS_MAX: Final = 2_000


@dataclass(frozen=True, slots=True)
class _Kept:
    task: asyncio.Task[Dealt]
    owner: str
    place: Place
    locale: str
    expiry: asyncio.TimerHandle


class Tickets:
    """One-use claims on fetches under way; a claim holds only for the same session, place and language.

    Args:
        lifetime_s: a fetch that nobody claims in this time is cancelled.

    """

    def __init__(self, *, lifetime_s: float = LIFETIME_S) -> None:
        self._lifetime_s = lifetime_s
        self._kept: dict[str, _Kept] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, visit: Visit, place: Place, task: asyncio.Task[Dealt]) -> str:
        """Hold a fetch for whoever brings the ticket; "" when too many are held, and then the fetch is cancelled."""
        if len(self._kept) >= TICKETS_MAX:
            task.cancel()
            return ""
        ticket = secrets.token_urlsafe(12)
        expiry = asyncio.get_running_loop().call_later(self._lifetime_s, self._expire, ticket)
        self._kept[ticket] = _Kept(task, visit.session_hash or "", place, visit.locale, expiry)
        return ticket

    def take(self, visit: Visit, place: Place) -> asyncio.Task[Dealt] | None:
        """The fetch that this visit's ticket stands for; None when there is none, or it is somebody else's."""
        kept = self._kept.get(visit.own.get("ticket", ""))
        if kept is None or (kept.owner, kept.place, kept.locale) != (visit.session_hash or "", place, visit.locale):
            return None
        del self._kept[visit.own["ticket"]]
        kept.expiry.cancel()
        return kept.task

    def _expire(self, ticket: str) -> None:
        kept = self._kept.pop(ticket, None)
        if kept is not None:
            kept.task.cancel()
