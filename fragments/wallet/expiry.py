"""A worker's job: gives holds back whose time is over, so that no table's silence keeps a player's money."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from django.db import DatabaseError

from fragment_kit.events.pace import Pace
from fragment_kit.serving.logs import logger
from fragment_kit.serving.threads import in_thread
from fragments.wallet.commands.hold import EXPIRED_BATCH, expire_holds

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

LOG = logger("expiry")
LOOK_S: Final = 1.0


class HoldExpiry:
    """Looks every second; two workers that look at once give each hold back once, for the id decides.

    Args:
        clock: aware UTC now.

    """

    name = "hold expiry"

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._pace = Pace(first_s=LOOK_S, cap_s=10.0)

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop` is set; survives any outage of the database."""
        while not stop.is_set():
            try:
                given_back = await self.step()
            except DatabaseError as error:
                if not self._pace.is_failing():
                    LOG.warning("holds wait for the ledger", why=str(error))
                await self._pace.rest(stop, self._pace.failed_s())
            else:
                self._pace.succeeded()
                await self._pace.rest(stop, 0.0 if given_back == EXPIRED_BATCH else LOOK_S)

    async def step(self) -> int:
        """One look; returns how many holds were over."""
        return await in_thread(expire_holds, self._clock())
