"""One process of callers without HTTP: threads that place bets in a loop; prints what they did as one JSON line."""

from __future__ import annotations

import json
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import django


def main(words: list[str]) -> None:
    """`caller THREADS SECONDS PLAYERS`."""
    threads, seconds, players = int(words[0]), float(words[1]), int(words[2])
    django.setup()
    from django.db import connection

    from fragments.wallet.commands.bet import place_bet
    from fragments.wallet.commands.opening import Authenticate, balance_of, open_wallet
    from fragments.wallet.commands.requests import PlaceBet, Who

    run = uuid.uuid4().hex[:8]
    names = [f"{run}-{number}" for number in range(players)]
    for name in names:
        open_wallet(name, now=datetime.now(UTC))

    def call(thread: int) -> list[float]:
        times, number, until = [], 0, time.perf_counter() + seconds
        while time.perf_counter() < until:
            number += 1
            tx = f"{run}-{thread}-{number}"
            who = Who(player_id=names[(number * threads + thread) % players])
            bet = PlaceBet(provider="simulator", transaction_id=tx, who=who, amount=1, round_id=tx, game_id="g")
            started = time.perf_counter()
            answer = place_bet(bet, now=datetime.now(UTC))
            times.append(time.perf_counter() - started)
            if answer.code != "OK":
                raise RuntimeError(f"a bet was answered {answer.code}")
        connection.close()
        return times

    call_once = Authenticate(provider="simulator", who=Who(player_id=names[0]))
    reads = []
    for _ in range(300):
        started = time.perf_counter()
        balance_of(call_once)
        reads.append(time.perf_counter() - started)
    with ThreadPoolExecutor(threads) as pool:
        times = sorted(one for found in pool.map(call, range(threads)) for one in found)
    p99 = times[len(times) * 99 // 100]
    print(json.dumps({"rate": len(times) / seconds, "p99_ms": p99 * 1000, "read_ms": sorted(reads)[150] * 1000}))


if __name__ == "__main__":
    main(sys.argv[1:])
