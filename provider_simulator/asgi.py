"""The simulator as one ASGI application: feeds and switches over HTTP, bots beside them in the same loop."""

from __future__ import annotations

import logging
import os
import time
import uuid
from typing import TYPE_CHECKING

from provider_simulator.bot_floor import BotFloor
from provider_simulator.routes import Routes
from provider_simulator.settings import PROVIDER, SettingUnusable, SimulatorSettings, read_settings
from provider_simulator.switches import Switches
from provider_simulator.tally import Tally
from provider_simulator.wallet_client import WalletClient
from provider_simulator.worlds import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from provider_simulator.answers import Receive, Scope, Send


class Simulator:
    """One outside world: its own switches, its own counters, its own players."""

    def __init__(
        self,
        settings: SimulatorSettings,
        *,
        world: World | None = None,
        wallet_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        world = world or World(seed=settings.seed, now=_stopped_clock() if settings.is_still else time.time)
        tally = Tally()
        wallet = WalletClient(
            url=settings.wallet_url,
            provider=PROVIDER,
            secret=settings.secret,
            tally=tally,
            transport=wallet_transport,
        )
        self._floor = BotFloor(
            world=world,
            seed=settings.seed,
            run=uuid.uuid4().hex[:10],
            wallet=wallet,
            rounds_per_s=settings.rounds_per_s,
            tally=tally,
        )
        self._routes = Routes(
            world=world, switches=Switches(), tally=tally, standing=self._floor.standing, book=wallet.book
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection of any kind that a server may bring."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            # Daphne has no lifespan: there the first call starts the bots.
            self._floor.start()
            await self._routes.serve(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close"})

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._floor.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._floor.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _stopped_clock() -> Callable[[], float]:
    now_s = time.time()
    return lambda: now_s


def simulator_from(environ: Mapping[str, str]) -> Simulator:
    """Build the simulator that the environment asks for, or leave with one sentence about what it cannot use."""
    try:
        settings = read_settings(environ)
    except SettingUnusable as error:
        raise SystemExit(f"The provider simulator cannot start: {error}") from None
    _log_to_stderr()
    return Simulator(settings)


def _log_to_stderr() -> None:
    # ASGI servers configure their own loggers only; without a handler the return of the wallet would go unsaid.
    logger = logging.getLogger("provider_simulator")
    if not logger.handlers:
        logger.addHandler(logging.StreamHandler())
        logger.setLevel(logging.INFO)


application = simulator_from(os.environ)
