"""All bots together: twelve who play, wait while the wallet is away, and finish before they leave."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

import httpx

from provider_simulator.asgi import Simulator
from provider_simulator.bot_floor import PLAYERS, BotFloor
from provider_simulator.bots import Bot
from provider_simulator.settings import read_settings
from provider_simulator.tally import Tally
from tests.simulator.fake_wallet import FakeWallet
from tests.simulator.play import WORLD, Pauses, Planned, bot_at, line_to

if TYPE_CHECKING:
    from provider_simulator.rounds import RoundPlan


def floor_at(wallet: FakeWallet, pauses: Pauses, *, seed: int = 7) -> BotFloor:
    return BotFloor(
        world=WORLD,
        seed=seed,
        run="run",
        wallet=line_to(wallet),
        rounds_per_s=4,
        tally=Tally(),
        sleep=pauses,
    )


async def test_it_lets_twelve_players_play_and_finish_before_it_closes(wallet: FakeWallet) -> None:
    floor = floor_at(wallet, Pauses())
    assert floor.standing() == "off"
    floor.start()
    floor.start()
    assert sum(task.get_name().startswith("bot-") for task in asyncio.all_tasks()) == 12
    await wallet.played(effects=200)
    assert floor.standing() == "playing"
    assert set(wallet.cash) == set(PLAYERS)
    await floor.stop()
    assert floor.standing() == "off"


async def test_it_finishes_a_round_in_hand_before_it_closes(wallet: FakeWallet) -> None:
    pauses = Pauses()
    floor = floor_at(wallet, pauses)
    floor._bots[:] = [Bot(name="mira", wallet=floor._wallet, planner=Planned(win=250), sleep=pauses)]  # type: ignore[arg-type]
    wallet.troubles.extend(["none", "none", "held"])
    floor.start()
    await asyncio.wait_for(wallet.is_holding.wait(), 5)
    stopping = asyncio.create_task(floor.stop())
    await asyncio.sleep(0)
    wallet.release.set()
    await stopping
    assert [call.operation for call in wallet.effects] == ["bet", "win"]


async def test_it_goes_on_when_a_wallet_has_forgotten_the_bet(wallet: FakeWallet) -> None:
    bot, _ = bot_at(wallet, Planned(win=250))
    wallet.troubles.extend(["none", "none", "held"])
    playing = asyncio.create_task(bot.play_round())
    await asyncio.wait_for(wallet.is_holding.wait(), 5)
    wallet._bets.clear()
    wallet.release.set()
    assert await playing == "unsettled"
    assert await bot.play_round() == "won"


async def test_it_never_crashes_while_the_wallet_is_away_and_plays_on_after(wallet: FakeWallet) -> None:
    pauses = Pauses()
    floor = floor_at(wallet, pauses)
    wallet.troubles = deque(["lost before", "status 503", "not json"] * 100)
    floor.start()
    async with asyncio.timeout(5):
        while wallet.troubles:
            assert not wallet.effects
            await asyncio.sleep(0)
    assert floor.standing() == "waiting for the wallet"
    await wallet.played(effects=50)
    assert floor.standing() == "playing"
    await floor.stop()


async def test_it_plays_an_error_of_its_own_down_to_one_lost_round(wallet: FakeWallet) -> None:
    class Broken(Planned):
        def next(self) -> RoundPlan:
            if not wallet.effects:
                wallet.effects.append(wallet.attempts[0])
                raise ZeroDivisionError
            return super().next()

    pauses = Pauses()
    floor = floor_at(wallet, pauses)
    floor._bots[:] = [Bot(name="mira", wallet=floor._wallet, planner=Broken(), sleep=pauses)]  # type: ignore[arg-type]
    floor.start()
    await wallet.played(effects=5)
    await floor.stop()


async def test_it_plays_the_same_luck_for_the_same_seed() -> None:
    async def stakes(seed: int) -> list[bytes]:
        fake = FakeWallet()
        floor = floor_at(fake, Pauses(), seed=seed)
        floor.start()
        await fake.played(effects=100)
        await floor.stop()
        return [call.raw for call in fake.attempts if call.body.get("round_id") == "run-mira-1"]

    assert await stakes(7) == await stakes(7)
    assert await stakes(7) != await stakes(8)


async def test_it_starts_the_bots_with_the_first_call_where_a_server_has_no_lifespan() -> None:
    wallet = FakeWallet()
    simulator = Simulator(read_settings({"BOT_ROUNDS_PER_S": "400"}), world=WORLD, wallet_transport=wallet.transport())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(simulator), base_url="http://simulator") as http:
        assert not wallet.attempts
        assert (await http.get("/readyz")).json()["bots"] == "playing"
    await asyncio.wait_for(wallet.arrived.wait(), 5)
    await simulator._floor.stop()
