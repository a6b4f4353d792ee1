"""Signals between processes on `live.signals`: what changed for whom, and which panels all pages should fetch again."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any, Final

from fragment_kit.serving.logs import logger
from shell import redis_clients
from shell.redis_clients import REDIS_AWAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shell.live.hub import Hub

log = logger("live")
CHANNEL: Final = "live.signals"


class Signals:
    """Turns signals into slot names for the hub.

    Args:
        hub: the sockets of this process.
        slots_refreshed_by: the slots whose manifest says `refresh_on` an event.

    """

    def __init__(self, *, hub: Hub, slots_refreshed_by: Callable[[str], Iterable[str]]) -> None:
        self._hub = hub
        self._slots_refreshed_by = slots_refreshed_by
        self._own_name = secrets.token_hex(8)

    async def heard(self, raw: bytes) -> None:
        """Take a signal: `{"emits", "player"}` of a fragment, or `{"slots", "spread_ms"}` of another shell process."""
        try:
            data: dict[str, Any] = json.loads(raw)
            if data.get("from") == self._own_name:
                return
            if "slots" in data:
                names = [str(name) for name in data["slots"]]
                await self._hub.signal(names, player=None, spread_ms=int(data["spread_ms"]))
                return
            player = data["player"]
            slots = tuple(self._slots_refreshed_by(str(data["emits"])))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("signal refused", why=f"{type(error).__name__}: {error}")
            return
        await self._hub.signal(slots, player=None if player is None else str(player))

    async def announce(self, slots: Iterable[str], spread_ms: int) -> None:
        """Ask every open page to fetch these panels again, spread over `spread_ms` milliseconds.

        Own sockets are told at once; those of other shell processes through Redis, when it is there.
        """
        names = sorted(slots)
        await self._hub.signal(names, player=None, spread_ms=spread_ms)
        message = {"slots": names, "spread_ms": spread_ms, "player": None, "from": self._own_name}
        try:
            await redis_clients.quick().publish(CHANNEL, json.dumps(message))
        except REDIS_AWAY as error:
            log.warning("only this process's pages were told", why=type(error).__name__)
