"""One bot: signed calls, whole rounds, the same id on every retry, and no bet left in doubt."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import pytest

from provider_simulator.bots import REST_S
from provider_simulator.wallet_client import WalletUncertain
from tests.simulator.fake_wallet import FakeWallet
from tests.simulator.play import Planned, bot_at, line_to

if TYPE_CHECKING:
    from tests.simulator.fake_wallet import Trouble


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
