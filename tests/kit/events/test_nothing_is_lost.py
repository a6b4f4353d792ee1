"""Real processes: a worker that is killed again and again while bets are placed loses no event and doubles no line."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import redis

from tests.valkey import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.valkey import ValkeyProcess

ROOT = Path(__file__).resolve().parents[3]
MANAGE = [sys.executable, str(ROOT / "manage.py"), "wallet"]
LIMIT_S = 40.0
BETS = 60
KILLS = 4


class Wallet:
    """The wallet's web process, and workers that a test may kill, on files of their own."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.port = free_port()
        self.books = folder / "wallet.sqlite3"
        self.environment = {
            **{key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"},
            "VAR_DIR": str(folder),
            "REDIS_URL": redis_url,
            "PYTHONPATH": str(ROOT),
            "DEBUG": "1",
        }
        subprocess.run([*MANAGE, "migrate", "-v", "0"], env=self.environment, check=True)
        self.processes = [
            self._start(
                [
                    sys.executable,
                    "-m",
                    "uvicorn",
                    "fragments.wallet.asgi:application",
                    "--port",
                    str(self.port),
                    "--log-level",
                    "warning",
                ]
            )
        ]
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=10)

    def worker(self) -> subprocess.Popen[bytes]:
        return self._start([*MANAGE, "work"])

    def say(self, operation: str, **body: Any) -> dict[str, Any]:
        raw = json.dumps({"currency": "CHIP", **body}).encode()
        stamp = str(int(time.time()))
        digest = hmac.new(b"demo-secret", stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
        headers = {"Provider-Timestamp": stamp, "Provider-Signature": f"v1={digest}"}
        answer = self.client.post(f"/provider/v1/simulator/{operation}", content=raw, headers=headers)
        found: dict[str, Any] = answer.json()
        return found

    def ask(self, question: str) -> list[Any]:
        with sqlite3.connect(self.books) as connection:
            return connection.execute(question).fetchall()

    def published(self) -> int:
        count: int = self.ask("SELECT COUNT(*) FROM outbox WHERE published_at IS NOT NULL")[0][0]
        return count

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        self.client.close()

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL)
        if hasattr(self, "processes"):
            self.processes.append(process)
        return process


@pytest.fixture
def wallet(tmp_path: Path, valkey: ValkeyProcess) -> Iterator[Wallet]:
    started = Wallet(tmp_path, valkey.url)
    yield started
    started.close()


def eventually(holds: Any) -> None:
    """Look again until it holds; a process answers when it can."""
    until = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < until, "did not happen in time"
        time.sleep(0.05)


def is_up(wallet: Wallet) -> bool:
    try:
        return wallet.client.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.process
def test_it_loses_no_event_and_doubles_no_line_when_its_worker_is_killed_again_and_again(
    wallet: Wallet, valkey: ValkeyProcess
) -> None:
    eventually(lambda: is_up(wallet))
    players = ["ana", "ben", "chi"]
    for player in players:
        wallet.say("authenticate", player_id=player)
    numbers = itertools.count()
    for _ in range(KILLS):
        worker = wallet.worker()
        before = wallet.published()
        for _ in range(BETS // KILLS):
            for player in players:
                number = next(numbers)
                bet = {"transaction_id": f"b{number}", "round_id": f"r{number}", "game_id": "g", "amount": "10"}
                assert wallet.say("bet", player_id=player, **bet)["status"] == "OK"
        # Killed while it is at work: some of these bets are published, and more are being placed.
        eventually(lambda seen=before: wallet.published() > seen)
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    last = wallet.worker()
    total = len(players) * (2 + BETS // KILLS * KILLS)
    eventually(lambda: wallet.ask("SELECT COUNT(*) FROM outbox WHERE published_at IS NULL") == [(0,)])
    eventually(lambda: wallet.ask("SELECT COUNT(*) FROM wallet_historyline") == [(total - len(players),)])
    last.send_signal(signal.SIGTERM)
    assert last.wait(timeout=10) == 0

    published: dict[str, list[int]] = defaultdict(list)
    with redis.Redis.from_url(valkey.url, decode_responses=True) as client:
        for _, fields in client.xrange("events.wallet"):
            event = json.loads(fields["event"])
            versions = published[event["subject"]]
            if event["aggregateversion"] not in versions:  # a repeat after a kill is allowed
                versions.append(event["aggregateversion"])
    assert sorted(len(versions) for versions in published.values()) == [total // 3] * 3
    assert all(versions == sorted(versions) for versions in published.values())
    audit = subprocess.run([*MANAGE, "audit"], env=wallet.environment, check=False, capture_output=True, text=True)
    assert audit.returncode == 0, audit.stdout
