"""The bots: signed calls, whole rounds, the same id on every retry, no bet left in doubt, back soon after an outage."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

import httpx
import pytest

from provider_simulator.asgi import Simulator
from provider_simulator.bot_floor import PLAYERS, BotFloor
from provider_simulator.bots import REST_S, Bot
from provider_simulator.feeds.game_kinds import CATEGORIES
from provider_simulator.rounds import PAYOUTS, RoundPlan, RoundPlanner
from provider_simulator.settings import read_settings
from provider_simulator.tally import Tally
from provider_simulator.wallet_client import WalletClient, WalletUncertain
from provider_simulator.worlds import World
from tests.simulator.fake_wallet import NOW_S, SECRET, FakeWallet, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator


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


@pytest.fixture
def wallet() -> Iterator[FakeWallet]:
    fake = FakeWallet()
    yield fake
    assert fake.open_bets == 0, "a bet was left in doubt"


@pytest.mark.parametrize(
    ("planned", "outcome", "last", "cash"),
    [
        (Planned(win=250), "won", "win", 100_150),
        (Planned(win=0), "lost", "win", 99_900),
        (Planned(is_void=True, win=250), "voided", "rollback", 100_000),
    ],
)
async def test_it_plays_a_round_to_its_end(
    wallet: FakeWallet, planned: Planned, outcome: str, last: str, cash: int
) -> None:
    bot, _ = bot_at(wallet, planned)
    assert await bot.play_round() == outcome
    assert [call.operation for call in wallet.attempts] == ["authenticate", "bet", last]
    assert wallet.attempts[1].body == {
        "currency": "CHIP",
        "transaction_id": "r1-bet",
        "round_id": "r1",
        "game_id": "amber-harbour",
        "category": "slots",
        "amount": "100",
        "player_token": "token of mira",
    }
    assert wallet.attempts[2].body["bet_transaction_id"] == "r1-bet"
    assert wallet.attempts[2].body["round_closed"] is True
    assert wallet.cash == {"mira": cash}


async def test_it_signs_with_the_secret_and_the_time(wallet: FakeWallet) -> None:
    assert (await line_to(wallet).call("authenticate", {"player_id": "mira"})).is_ok
    with pytest.raises(WalletUncertain, match="PROVIDER_SECRETS"):
        await line_to(wallet, secret="another").call("authenticate", {"player_id": "mira"})


@pytest.mark.parametrize("trouble", ["lost before", "lost after", "status 503", "not json", "hang"])
async def test_it_sends_an_uncertain_bet_again_under_the_same_id(wallet: FakeWallet, trouble: Trouble) -> None:
    bot, _ = bot_at(wallet, Planned(win=250), timeout_s=0.02 if trouble == "hang" else 1.5)
    await bot.play_round()
    wallet.troubles.append(trouble)
    assert await bot.play_round() == "won"
    first, second, win = wallet.attempts[-3:]
    assert (first.operation, second.operation, win.operation) == ("bet", "bet", "win")
    assert first.raw == second.raw
    assert [call.transaction_id for call in wallet.effects].count("r2-bet") == 1
    assert wallet.cash == {"mira": 100_300}


@pytest.mark.parametrize("second", ["lost before", "lost after"])
async def test_it_takes_a_bet_back_that_stays_uncertain(wallet: FakeWallet, second: Trouble) -> None:
    bot, _ = bot_at(wallet, Planned(win=250))
    await bot.play_round()
    wallet.troubles.extend(["lost before", second, "lost after", "status 503"])
    assert await bot.play_round() == "uncertain"
    rollbacks = [call for call in wallet.attempts if call.operation == "rollback"]
    assert len(rollbacks) == 3
    assert len({call.raw for call in rollbacks}) == 1
    assert wallet.cash == {"mira": 100_150}
    assert await bot.play_round() == "won"


async def test_it_repeats_a_win_until_it_is_answered_and_pays_it_once(wallet: FakeWallet) -> None:
    bot, pauses = bot_at(wallet, Planned(win=250))
    await bot.play_round()
    wallet.troubles = deque(["none", *["lost after"] * 30])
    assert await bot.play_round() == "won"
    wins = [call for call in wallet.attempts if call.transaction_id == "r2-win"]
    assert len(wins) == 31
    assert len({call.raw for call in wins}) == 1
    assert wallet.cash == {"mira": 100_300}
    assert pauses.taken_s == sorted(pauses.taken_s)
    assert pauses.taken_s[0] <= 0.2
    assert pauses.taken_s[-1] == 1.0


async def test_it_goes_on_as_a_new_player_when_its_float_is_used_up() -> None:
    wallet = FakeWallet(float_minor=150)
    bot, _ = bot_at(wallet, Planned())
    assert [await bot.play_round() for _ in range(3)] == ["lost", "refused", "lost"]
    assert wallet.cash == {"mira": 50, "mira-2": 50}


async def test_it_opens_a_new_session_when_the_old_one_ended(wallet: FakeWallet) -> None:
    wallet.refuse_bets_with.append("NO_SESSION")
    bot, pauses = bot_at(wallet, Planned())
    assert [await bot.play_round() for _ in range(2)] == ["refused", "lost"]
    assert [call.operation for call in wallet.attempts] == ["authenticate", "bet", "authenticate", "bet", "win"]
    assert wallet.attempts[3].transaction_id == "r2-bet"
    assert not pauses.taken_s


@pytest.mark.parametrize("code", ["LIMIT_LOSS", "ON_BREAK", "REALITY_CHECK_DUE"])
async def test_it_rests_when_a_limit_or_a_break_says_so(wallet: FakeWallet, code: str) -> None:
    wallet.refuse_bets_with.append(code)
    bot, pauses = bot_at(wallet, Planned())
    assert await bot.play_round() == "refused"
    assert pauses.taken_s == [REST_S]


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


def test_it_gives_every_player_luck_of_their_own() -> None:
    def rounds(player: str) -> list[tuple[str, int, int]]:
        planner = RoundPlanner(player=player, run="run", seed=7, choose_game=lambda d: WORLD.catalogue.choose(NOW_S, d))
        plans = [planner.next() for _ in range(20)]
        assert len({plan.bet_id for plan in plans}) == 20
        return [(plan.game_id, plan.stake, plan.win) for plan in plans]

    assert len({tuple(rounds(player)) for player in PLAYERS}) == len(PLAYERS)


async def test_it_starts_the_bots_with_the_first_call_where_a_server_has_no_lifespan() -> None:
    wallet = FakeWallet()
    simulator = Simulator(read_settings({"BOT_ROUNDS_PER_S": "400"}), world=WORLD, wallet_transport=wallet.transport())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(simulator), base_url="http://simulator") as http:
        assert not wallet.attempts
        assert (await http.get("/readyz")).json()["bots"] == "playing"
    await asyncio.wait_for(wallet.arrived.wait(), 5)
    await simulator._floor.stop()


@pytest.mark.parametrize("category", PAYOUTS)
def test_it_pays_back_what_a_fair_game_would(category: str) -> None:
    payouts = PAYOUTS[category]
    assert sum(share for _, share in payouts) == 10_000
    returned_bp = sum(back * share for back, share in payouts) // 100
    assert 9_200 <= returned_bp < 10_000


def test_it_plans_no_category_that_the_catalogue_lacks() -> None:
    assert set(PAYOUTS) == set(CATEGORIES)
