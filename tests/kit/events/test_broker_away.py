"""The broker away while bets are placed: no bet is refused, and what waited is out soon after the return."""

from __future__ import annotations

import itertools
import os
import time
from typing import TYPE_CHECKING

import pytest

from tests.kit.events.test_nothing_is_lost import Wallet, eventually, is_up, wallet

if TYPE_CHECKING:
    from tests.valkey import ValkeyProcess

__all__ = ["wallet"]

# BROKER_AWAY_S=60 is what the docs' numbers are from.
AWAY_S = float(os.environ.get("BROKER_AWAY_S", "4"))
BETS_PER_S = 100
DRAINED_WITHIN_S = 30.0


@pytest.mark.process
def test_no_bet_is_refused_while_the_broker_is_away_and_the_backlog_drains_when_it_is_back(
    wallet: Wallet, valkey: ValkeyProcess
) -> None:
    eventually(lambda: is_up(wallet))
    wallet.say("authenticate", player_id="ana")
    wallet.worker()
    eventually(lambda: wallet.published() > 0)
    valkey.stop()
    try:
        begin = time.monotonic()
        for number in itertools.count():
            due = begin + number / BETS_PER_S
            if due > begin + AWAY_S:
                break
            time.sleep(max(0.0, due - time.monotonic()))
            bet = {"transaction_id": f"b{number}", "round_id": f"r{number}", "game_id": "g", "amount": "1"}
            assert wallet.say("bet", player_id="ana", **bet)["status"] == "OK"
        placed = wallet.ask("SELECT COUNT(*) FROM wallet_ledgertransaction WHERE kind = 'bet'")[0][0]
        assert placed >= AWAY_S * BETS_PER_S * 0.9
    finally:
        valkey.start()
    back = time.monotonic()
    eventually(lambda: wallet.ask("SELECT COUNT(*) FROM outbox WHERE published_at IS NULL") == [(0,)])
    assert time.monotonic() - back <= DRAINED_WITHIN_S
    versions = wallet.ask("SELECT aggregateversion FROM outbox WHERE aggregatetype = 'wallet' ORDER BY seq")
    assert [row[0] for row in versions] == list(range(1, len(versions) + 1))
