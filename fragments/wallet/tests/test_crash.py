"""The end of a process at any moment: real processes, really killed, on the database of this run."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.db import connection

from fragment_kit.events.models import OutboxEvent
from fragment_kit.serving.threads import in_thread
from fragments.wallet.models import LedgerTransaction
from fragments.wallet.provider.signature import sign

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from fragments.wallet.tests.casino import Casino

ROOT = Path(__file__).resolve().parents[3]
# CRASH_COMMANDS=10000 takes some minutes and is what the docs' numbers are from.
COMMANDS = int(os.environ.get("CRASH_COMMANDS", "600"))
KILLS = max(4, COMMANDS // 300)
LIMIT_S = 60.0 + COMMANDS / 20
PLAYERS = 8

DIES = """
import os, signal, sys, django
django.setup()
from datetime import datetime
from fragment_kit.contract.events import uuid7
from fragments.wallet.commands import statements
from fragments.wallet.commands.bet import place_bet
from fragments.wallet.commands.requests import PlaceBet, Who
from fragments.wallet.commands.unit_of_work import unit_of_work
from fragments.wallet.ledger import Posting
if sys.argv[1] == "before commit":
    with unit_of_work() as cursor:
        statements.insert_entries(cursor, uuid7(), [Posting("a", 5), Posting("b", -5)])
        os.kill(os.getpid(), signal.SIGKILL)
bet = PlaceBet(provider="simulator", transaction_id="b1", who=Who(player_id="ana"), amount=100,
               round_id="round-of-b1", game_id="lucky-lantern")
place_bet(bet, now=datetime.fromisoformat(sys.argv[2]))
os.kill(os.getpid(), signal.SIGKILL)
"""


def environment(books: str, folder: Path) -> dict[str, str]:
    if connection.vendor == "postgresql":
        found = connection.settings_dict
        address = f"postgresql://{found['USER']}@{found['HOST']}:{found['PORT']}/{books}"
    else:
        address = f"sqlite://{books}"
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    settings = {"DJANGO_SETTINGS_MODULE": "fragments.wallet.settings", "VAR_DIR": str(folder), "DEBUG": "1"}
    return {**kept, **settings, "DATABASE_URL": address, "PYTHONPATH": str(ROOT)}


def die(moment: str, now: datetime, books: str, folder: Path) -> None:
    command = [sys.executable, "-c", DIES, moment, now.isoformat()]
    done = subprocess.run(command, env=environment(books, folder), cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL


def test_it_forgets_entries_whose_process_died_before_the_commit(casino: Casino, books: str, tmp_path: Path) -> None:
    casino.token()
    die("before commit", casino.now, books, tmp_path)
    assert casino.broken_rules() == []
    assert casino.bet(100, "b1").code == "OK"


def test_it_answers_from_the_store_when_it_died_between_commit_and_answer(
    casino: Casino, books: str, tmp_path: Path
) -> None:
    casino.token()
    die("after commit", casino.now, books, tmp_path)
    again = casino.bet(100, "b1")
    assert (again.code, again.extra["replayed"], casino.cash()) == ("OK", True, 99_900)
    assert casino.broken_rules() == []


@dataclass
class Server:
    """The wallet's web process, which a test kills and starts again on the same port."""

    environment: dict[str, str]
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    kills: int = field(default=0)

    def start(self) -> None:
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "uvicorn", "fragments.wallet.asgi:application", "--port", str(self.port)]
        self.process = subprocess.Popen([*command, "--log-level", "critical"], env=self.environment, cwd=ROOT)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.kills += 1


@pytest.fixture
def killable(books: str, tmp_path: Path) -> Iterator[Server]:
    found = Server(environment(books, tmp_path))
    yield found
    found.kill()


async def insist(client: httpx.AsyncClient, operation: str, **content: Any) -> dict[str, Any]:
    """The same call again and again until it is answered, as a provider does."""
    body = json.dumps({"currency": "CHIP", **content}).encode()
    until = time.monotonic() + LIMIT_S
    while time.monotonic() < until:
        stamp = int(time.time())
        signature = sign("demo-secret", timestamp_s=stamp, body=body)
        headers = {"Provider-Timestamp": str(stamp), "Provider-Signature": signature}
        try:
            answer = await client.post(f"/provider/v1/simulator/{operation}", content=body, headers=headers)
        except httpx.TransportError:
            await asyncio.sleep(0.02)
            continue
        if answer.status_code < 500:
            found: dict[str, Any] = answer.json()
            return found
    raise AssertionError("was never answered")


async def play(client: httpx.AsyncClient, player: str, count: int) -> None:
    """A bet and its win in turns; each must be answered OK, at the first time or as a repeat."""
    for number in range(count // 2):
        name = f"{player}-{number}"
        bet = {"transaction_id": f"b-{name}", "round_id": f"r-{name}", "game_id": "g", "amount": "10"}
        assert (await insist(client, "bet", player_id=player, **bet))["code"] == "OK"
        win = {"transaction_id": f"w-{name}", "bet_transaction_id": f"b-{name}", "amount": "10"}
        assert (await insist(client, "win", player_id=player, **win))["code"] == "OK"


async def kill_now_and_then(server: Server, playing: asyncio.Task[Any]) -> None:
    """Kill by how much is done, not by the clock, so that each life of the server does some work."""
    dice, done = Random(3), 0  # noqa: S311 - chance, not secrets
    for _ in range(KILLS):
        aim = done + dice.randint(COMMANDS // KILLS // 3, COMMANDS // KILLS)
        while done < aim and not playing.done():
            await asyncio.sleep(0.02)
            done = await in_thread(LedgerTransaction.objects.count)
        if playing.done():
            return
        await asyncio.to_thread(server.kill)
        server.start()


def order_of_every_wallet() -> list[list[int]]:
    found: dict[str, list[int]] = {}
    rows = OutboxEvent.objects.filter(aggregatetype="wallet").order_by("seq")
    for wallet, version in rows.values_list("aggregateid", "aggregateversion"):
        found.setdefault(wallet, []).append(version)
    return list(found.values())


async def test_it_loses_and_doubles_nothing_however_often_the_server_is_killed(
    killable: Server, casino: Casino
) -> None:
    killable.start()
    players = [f"player-{number}" for number in range(PLAYERS)]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{killable.port}", timeout=10) as client:
        for player in players:
            await insist(client, "authenticate", player_id=player)
        playing = asyncio.ensure_future(
            asyncio.gather(*(play(client, player, COMMANDS // PLAYERS) for player in players))
        )
        await kill_now_and_then(killable, playing)
        await playing
    assert killable.kills >= 3
    expected = PLAYERS * (COMMANDS // PLAYERS // 2)
    for kind in ("bet", "win"):
        decided = LedgerTransaction.objects.filter(kind=kind, outcome="OK")
        assert await in_thread(decided.count) == expected
    assert {await in_thread(casino.cash, player) for player in players} == {100_000}
    orders = await in_thread(order_of_every_wallet)
    assert all(order == list(range(1, len(order) + 1)) for order in orders)
    assert await in_thread(casino.broken_rules) == []
