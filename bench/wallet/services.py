"""What the measurements run against: the wallet on PostgreSQL, and a lobby of 10,000 games with its visitors."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[2]
CLIENTS: Final = 32
UP_S: Final = 60
GAMES: Final = 10_000


class Services(ExitStack):
    """Processes of one measurement; all of them end with the block.

    Attributes:
        environment: for programs of the wallet on PostgreSQL.
        on_sqlite: the same on an SQLite file of its own.

    """

    def __init__(self, folder: Path, address: str) -> None:
        super().__init__()
        self._folder = folder
        common = {
            **os.environ,
            "VAR_DIR": str(folder),
            "PYTHONPATH": str(ROOT),
            "DEBUG": "0",
            "SECRET_KEY": "measured-only",
            "ALLOWED_HOSTS": "*",
            "PROVIDER_SECRETS": "simulator=demo-secret",
            "PASSPORT_PUBLIC_KEYS": "A" * 43,
            "OPENS_UNKNOWN_PLAYERS": "1",
            "STARTING_FLOAT_MINOR": str(10**9),
            "DJANGO_SETTINGS_MODULE": "fragments.wallet.settings",
        }
        self.on_sqlite = {**common, "DATABASE_URL": f"sqlite://{folder}/wallet.sqlite3"}
        self.environment = {**common, "DATABASE_URL": address}
        self._lobby_environment = {
            **common,
            "DJANGO_SETTINGS_MODULE": "fragments.lobby.settings",
            "DATABASE_URL": f"sqlite://{folder}/lobby.sqlite3",
        }
        for environment in (self.on_sqlite, self.environment):
            self._manage(environment, "wallet", "migrate", "-v", "0")
        self._leafed: list[int] = []

    def __enter__(self) -> Self:
        return self

    def start_wallet(self) -> int:
        """Serve the wallet with a worker per core; its port."""
        return self._serve("fragments.wallet.asgi:application", self.environment, "--workers", "2")

    def start_lobby(self) -> int:
        """Serve a lobby with 10,000 games; its port."""
        self._manage(self._lobby_environment, "lobby", "migrate", "-v", "0")
        filling = [sys.executable, "-m", "bench.wallet.fill_lobby", str(GAMES)]
        subprocess.run(filling, env=self._lobby_environment, cwd=ROOT, check=True)
        return self._serve("fragments.lobby.asgi:application", self._lobby_environment)

    @contextmanager
    def visitors(self, port: int, seconds: int) -> Iterator[None]:
        """32 visitors for the time of the block, in a process of their own."""
        command = [sys.executable, "-m", "bench.wallet.visitors", str(port), str(CLIENTS), str(seconds)]
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True)
        yield
        self._leafed.append(int(json.loads(process.communicate()[0])["per_s"]))

    def pages_per_s(self) -> float:
        """Pages that the visitors of the last flood got in a second."""
        return float(self._leafed[-1])

    def _serve(self, application: str, environment: dict[str, str], *more: str) -> int:
        port = _free_port()
        command = [sys.executable, "-m", "uvicorn", application, "--port", str(port), "--log-level", "error"]
        process = subprocess.Popen([*command, "--no-access-log", "--lifespan", "off", *more], env=environment, cwd=ROOT)
        self.callback(process.wait)
        self.callback(process.terminate)  # a supervisor that is killed leaves its workers behind
        until = time.monotonic() + UP_S
        while not _is_up(port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{application} did not start")
            time.sleep(0.1)
        return port

    @staticmethod
    def _manage(environment: dict[str, str], *words: str) -> None:
        subprocess.run([sys.executable, "manage.py", *words], env=environment, cwd=ROOT, check=True)


def _is_up(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as response:
            return bool(response.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, OSError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
