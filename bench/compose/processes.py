"""Starts the programs of the bench, each on its core, and ends them: those that it started, and no others."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HOST: Final = "127.0.0.1"
SYSTEM_CORE: Final = 0
LOAD_CORE: Final = 1
START_S: Final = 20.0
STOP_S: Final = 5.0
TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
GENERATIONS: Final = 2  # a master and its workers; nobody here has grandchildren


class CannotMeasure(Exception):
    """Something that the bench needs is not there or does not work; the text says what and what to do."""


def on_core(core: int, words: Sequence[str]) -> list[str]:
    """The command line that runs `words` on one core."""
    return ["taskset", "--cpu-list", str(core), *words]


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A system that answers: where, and as which program."""

    url: str
    program: str


class Programs(AbstractContextManager["Programs"]):
    """The programs started so far; leaving the block ends all of them.

    Args:
        folder: where their output goes.

    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __exit__(self, *_: object) -> None:
        self.stop(*reversed(self._running))

    def start(
        self,
        name: str,
        words: Sequence[str],
        *,
        core: int,
        port: int | Path | None,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        """Start a program and wait until somebody listens on `port`, a number or the path of a Unix socket."""
        with (self._folder / f"{name}.log").open("wb") as output:
            self._running[name] = subprocess.Popen(
                on_core(core, words),
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **(environment or {})},
                cwd=folder,
                start_new_session=True,
            )
        if port is not None:
            self._wait(name, port)

    @property
    def names(self) -> tuple[str, ...]:
        """What runs now, in the order of its start."""
        return tuple(self._running)

    def stop(self, *names: str) -> None:
        """End these programs and what they started."""
        programs = [self._running.pop(name) for name in names]
        for program in programs:
            _signal_group(program, signal.SIGTERM)
        for program in programs:
            try:
                program.wait(STOP_S)
            except subprocess.TimeoutExpired:
                _signal_group(program, signal.SIGKILL)
                program.wait()

    def cpu_s(self, name: str) -> float:
        """Processor time that a program and its children have used so far."""
        parents: dict[int, int] = {}
        used: dict[int, float] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                pid, _, rest = stat.read_text(encoding="utf-8", errors="replace").partition(" (")
            except OSError:
                continue  # it ended while we looked
            fields = rest.rpartition(") ")[2].split()
            parents[int(pid)] = int(fields[1])
            used[int(pid)] = (int(fields[11]) + int(fields[12])) / TICKS_PER_S
        family = {self._running[name].pid}
        for _ in range(GENERATIONS):
            family |= {pid for pid, parent in parents.items() if parent in family}
        return sum(used.get(pid, 0.0) for pid in family)

    def memory_kb(self, name: str) -> int:
        """Resident memory of a program, without its children."""
        status = Path(f"/proc/{self._running[name].pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))

    def _wait(self, name: str, port: int | Path) -> None:
        until_s = time.monotonic() + START_S
        while time.monotonic() < until_s:
            if self._running[name].poll() is not None:
                break
            if _is_listening(port):
                return
            time.sleep(0.05)
        words = (self._folder / f"{name}.log").read_text(errors="replace")[-1500:]
        raise CannotMeasure(f"{name} does not listen on port {port}. Its last words:\n{words}")


def _is_listening(port: int | Path) -> bool:
    is_path = isinstance(port, Path)
    with socket.socket(socket.AF_UNIX if is_path else socket.AF_INET) as probe:
        return probe.connect_ex(str(port) if is_path else (HOST, port)) == 0


def _signal_group(program: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # Each program leads a group of its own, so its workers go with it and nobody else does.
    if program.poll() is None:
        os.killpg(program.pid, number)
