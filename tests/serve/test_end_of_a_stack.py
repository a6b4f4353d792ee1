"""Whatever ends the supervisor, no process of the stack outlives it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.serve.standins import gone, is_alive

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def stack_of_standins(var: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A running supervisor and the pids of its children."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.serve.standin_stack"],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(var), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    assert process.stdout is not None
    try:
        # Both children say that they are up, and the supervisor that it is open.
        assert sorted(process.stdout.readline().split()[-1] for _ in range(5))[-3:] == ["open", "up", "up"]
        roster = json.loads((var / "services.json").read_text(encoding="utf-8"))
        yield process, [roster[name]["pid"] for name in ("wallet", "lobby")]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_it_leaves_no_child_when_it_is_asked_to_stop(which: signal.Signals, tmp_path: Path) -> None:
    with stack_of_standins(tmp_path) as (process, pids):
        started_s = time.monotonic()
        process.send_signal(which)
        assert process.wait(timeout=10) == 0
        assert process.stdout is not None
        assert "wallet          │ bye" in process.stdout.read().splitlines()
        assert time.monotonic() - started_s < 5
        assert [pid for pid in pids if is_alive(pid)] == []


async def test_it_leaves_no_child_when_it_is_killed_itself(tmp_path: Path) -> None:
    with stack_of_standins(tmp_path) as (process, pids):
        process.kill()
        await asyncio.gather(*(gone(pid) for pid in pids))


async def test_it_stops_at_once_when_it_is_asked_twice(tmp_path: Path) -> None:
    with stack_of_standins(tmp_path) as (process, pids):
        started_s = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert "stopping" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.wait(timeout=10)
        # One of the children ignores SIGTERM and would have had a second and a half.
        assert time.monotonic() - started_s < 1
        assert [pid for pid in pids if is_alive(pid)] == []


async def test_it_stops_when_the_reader_of_its_log_goes_away(tmp_path: Path) -> None:
    with stack_of_standins(tmp_path) as (process, pids):
        assert process.stdout is not None
        process.stdout.close()
        os.kill(pids[0], signal.SIGKILL)  # makes it say something to nobody
        process.wait(timeout=10)
        await asyncio.gather(*(gone(pid) for pid in pids))
