"""All simulated players of one simulator: starts them, paces them together, and lets them finish their rounds."""

from __future__ import annotations

import asyncio
import logging
from random import Random
from typing import TYPE_CHECKING

from provider_simulator.bots import REST_S, Bot
from provider_simulator.rounds import RoundPlanner

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from provider_simulator.tally import Tally
    from provider_simulator.wallet_client import WalletClient
    from provider_simulator.worlds import World

PLAYERS = ("mira", "tove", "ilan", "noor", "juno", "piet", "sana", "luca", "edda", "kofi", "yuki", "rafa")
# A supervisor gives a service about 1.5 s to leave; a round that takes longer stays open, as after a crash.
FINISH_S = 0.8
log = logging.getLogger("provider_simulator.bots")


class BotFloor:
    """Twelve players who together play `rounds_per_s`; nobody plays when that is 0."""

    def __init__(
        self,
        *,
        world: World,
        seed: int,
        run: str,
        wallet: WalletClient,
        rounds_per_s: float,
        tally: Tally,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._wallet = wallet
        self._rounds_per_s = rounds_per_s
        self._tally = tally
        self._sleep = sleep
        self._pace = Random(f"{seed}:pace")  # noqa: S311 - spreads load, hides nothing
        self._tasks: dict[asyncio.Task[None], Bot] = {}
        self._bots = [
            Bot(
                name=name,
                wallet=wallet,
                sleep=sleep,
                planner=RoundPlanner(
                    player=name, run=run, seed=seed, choose_game=lambda dice: world.catalogue.choose(world.now(), dice)
                ),
            )
            for name in PLAYERS
        ]

    def start(self) -> None:
        """Let everybody play; harmless when they already do. Needs a running event loop."""
        if self._tasks or not self._rounds_per_s:
            return
        self._tasks = {asyncio.create_task(self._play_on(bot), name=f"bot-{bot.player_id}"): bot for bot in self._bots}

    async def stop(self) -> None:
        """Let rounds in hand finish for a moment, then send everybody home and hang up."""
        busy = [task for task, bot in self._tasks.items() if bot.is_in_round]
        for task in self._tasks.keys() - busy:
            task.cancel()
        for task in busy:
            self._tasks[task].is_leaving = True
        if busy:
            await asyncio.wait(busy, timeout=FINISH_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = {}
        await self._wallet.aclose()

    def standing(self) -> str:
        """Say what the bots do: `off`, `playing` or `waiting for the wallet`."""
        if not self._tasks:
            return "off"
        return "waiting for the wallet" if self._wallet.is_away else "playing"

    async def _play_on(self, bot: Bot) -> None:
        loop = asyncio.get_running_loop()
        interval_s = len(self._bots) / self._rounds_per_s
        await self._sleep(self._pace.uniform(0, interval_s))
        while not bot.is_leaving:
            started_s = loop.time()
            pause_s = interval_s * self._pace.uniform(0.5, 1.5)
            try:
                outcome: str = await bot.play_round()
            except Exception:
                # A bot that stopped for good would look like a quiet leaderboard; say it and play on.
                log.exception("Bot %s lost a round to an error of its own.", bot.player_id)
                outcome, pause_s = "broken", REST_S
            self._tally.rounds.labels(outcome).inc()
            await self._sleep(max(0.0, pause_s - (loop.time() - started_s)))
