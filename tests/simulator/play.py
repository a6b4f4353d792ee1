"""What tests of the bots share: a line to the fake wallet, pauses that take no time, rounds decided beforehand."""

from __future__ import annotations

import asyncio

from provider_simulator.bots import Bot
from provider_simulator.rounds import RoundPlan
from provider_simulator.tally import Tally
from provider_simulator.wallet_client import WalletClient
from provider_simulator.worlds import World
from tests.simulator.fake_wallet import NOW_S, SECRET, FakeWallet

WORLD = World(seed=7, now=lambda: NOW_S)


class Pauses:
    """Stands in for sleeping: writes the pause down and lets others run."""

    def __init__(self) -> None:
        self.taken_s: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken_s.append(seconds)
        assert len(self.taken_s) < 20_000, "a bot waits for ever"
        await asyncio.sleep(0)


class Planned:
    """Stands in for the planner: rounds that a test decided."""

    def __init__(self, *, win: int = 0, is_void: bool = False) -> None:
        self._number = 0
        self._win, self._is_void = win, is_void

    def next(self) -> RoundPlan:
        self._number += 1
        return RoundPlan(
            round_id=f"r{self._number}",
            game_id="amber-harbour",
            category="slots",
            stake=100,
            win=self._win,
            is_void=self._is_void,
        )


def line_to(wallet: FakeWallet, *, secret: str = SECRET, timeout_s: float = 1.5) -> WalletClient:
    return WalletClient(
        url="http://wallet",
        provider="simulator",
        secret=secret,
        tally=Tally(),
        transport=wallet.transport(),
        timeout_s=timeout_s,
        now=lambda: NOW_S,
    )


def bot_at(wallet: FakeWallet, planned: Planned, *, timeout_s: float = 1.5) -> tuple[Bot, Pauses]:
    pauses = Pauses()
    return Bot(name="mira", wallet=line_to(wallet, timeout_s=timeout_s), planner=planned, sleep=pauses), pauses  # type: ignore[arg-type]
