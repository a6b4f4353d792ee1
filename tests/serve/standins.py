"""Small programs that stand in for services, and a voice that a test can wait for."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from shell.supervisor.specs import HttpProbe, ServiceSpec, StopPhase

# -S -E: without site-packages an interpreter starts in a hundredth of a second.
PYTHON = (sys.executable, "-S", "-E", "-u", "-c")
SLEEPS = "import time; print('up', flush=True); time.sleep(60)"
IGNORES_TERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SLEEPS
SAYS_BYE = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit('bye'));" + SLEEPS
DIES_WITH_3 = "raise SystemExit(3)"
HAS_A_CHILD = (
    "import subprocess, sys; subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(60)']);" + SLEEPS
)
SERVES = """
import http.server, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
    def log_message(self, *words): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""


def service(name: str, program: str, *arguments: str, phase: StopPhase = StopPhase.SERVICE) -> ServiceSpec:
    """A service that is ready as soon as it runs."""
    return ServiceSpec(
        name=name,
        command=(*PYTHON, program, *arguments),
        environment=dict(os.environ),
        folder=Path.cwd(),
        stop_phase=phase,
    )


def server(name: str, port: int) -> ServiceSpec:
    """A service that is ready when it answers."""
    return ServiceSpec(
        name=name,
        command=(*PYTHON, SERVES, str(port)),
        environment=dict(os.environ),
        folder=Path.cwd(),
        url=f"http://127.0.0.1:{port}",
        probe=HttpProbe(port=port),
    )


class Listener:
    """Remembers what the supervisor said; `heard` waits for the n-th sentence of a kind."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.relayed: list[tuple[str, str]] = []
        self._news = asyncio.Condition()

    def tell(self, name: str, text: str, *, is_bad: bool = False) -> None:
        self.said.append((name, text))
        self._wake()

    def relay(self, name: str, line: str) -> None:
        self.relayed.append((name, line))
        self._wake()

    async def heard(self, name: str, part: str, *, times: int = 1) -> str:
        """The newest sentence about `name` with `part` in it, once there are that many."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: len(self._matches(name, part)) >= times)
        return self._matches(name, part)[-1]

    def _matches(self, name: str, part: str) -> list[str]:
        return [text for who, text in (*self.said, *self.relayed) if who == name and part in text]

    def _wake(self) -> None:
        async def notify() -> None:
            async with self._news:
                self._news.notify_all()

        self._waking = asyncio.ensure_future(notify())


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


async def gone(pid: int) -> None:
    """Until the process is gone."""
    async with asyncio.timeout(10):
        while is_alive(pid):  # noqa: ASYNC110 — a process that is not our child has no event
            await asyncio.sleep(0.01)
