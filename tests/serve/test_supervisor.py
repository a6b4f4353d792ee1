"""The supervisor keeps services alive, says what happens, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

from shell.supervisor.ports import find_free
from shell.supervisor.specs import Backoff, StopPhase
from tests.serve import standins
from tests.serve.standins import gone, is_alive, server, service

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def pid_of(tmp_path: Path, name: str) -> int:
    return int(json.loads((tmp_path / "services.json").read_text(encoding="utf-8"))[name]["pid"])


async def test_it_says_address_and_pid_when_a_service_is_ready(running: Callable, tmp_path: Path) -> None:
    [port] = find_free(1)
    async with running(server("wallet", port)) as (supervisor, listener):
        pid = pid_of(tmp_path, "wallet")
        assert listener.said == [("wallet", f"ready on http://127.0.0.1:{port} (pid {pid})")]
        assert supervisor.not_ready() == []


async def test_it_starts_a_killed_service_again_and_says_so(running: Callable, tmp_path: Path) -> None:
    async with running(service("wallet", standins.SLEEPS)) as (_, listener):
        first = pid_of(tmp_path, "wallet")
        os.kill(first, signal.SIGKILL)
        assert await listener.heard("wallet", "was killed by SIGKILL; starting again in 0.02 s")
        await listener.heard("wallet", "running", times=2)
        assert pid_of(tmp_path, "wallet") != first


async def test_it_waits_longer_each_time_for_a_service_that_cannot_live(running: Callable) -> None:
    async with running(service("lobby", standins.DIES_WITH_3)) as (_, listener):
        await listener.heard("lobby", "starting again", times=4)
        waits = [text for name, text in listener.said if "ended with exit code 3; starting again" in text]
        assert [text.rsplit(" in ")[1] for text in waits[:4]] == ["0.02 s", "0.04 s", "0.08 s", "0.08 s"]


def test_it_never_waits_longer_than_the_cap() -> None:
    assert Backoff().delay_s(10_000) == Backoff().cap_s


async def test_it_leaves_a_dead_service_dead_without_restarts(running: Callable, tmp_path: Path) -> None:
    async with running(service("wallet", standins.SLEEPS), restarts=False) as (supervisor, listener):
        os.kill(pid_of(tmp_path, "wallet"), signal.SIGKILL)
        assert await listener.heard("wallet", "stays dead (--no-restart)")
        assert supervisor.not_ready() == ["wallet"]
        assert json.loads((tmp_path / "services.json").read_text(encoding="utf-8"))["wallet"]["pid"] is None


async def test_it_says_when_a_program_does_not_exist(running: Callable) -> None:
    spec = service("wallet", "")
    absent = type(spec)(name="wallet", command=("/no/such/program",), environment={}, folder=spec.folder)
    async with running(absent, restarts=False) as (_, listener):
        assert await listener.heard("wallet", "could not be started: [Errno 2]")


async def test_it_keeps_the_others_running_when_one_dies(running: Callable, tmp_path: Path) -> None:
    async with running(service("wallet", standins.SLEEPS), service("lobby", standins.SLEEPS)) as (_, listener):
        lobby = pid_of(tmp_path, "lobby")
        os.kill(pid_of(tmp_path, "wallet"), signal.SIGKILL)
        await listener.heard("wallet", "running", times=2)
        assert pid_of(tmp_path, "lobby") == lobby
        assert is_alive(lobby)


async def test_it_passes_on_every_line_behind_the_name(running: Callable) -> None:
    async with running(service("wallet", "print('one'); print('two', end='')"), restarts=False) as (_, listener):
        await listener.heard("wallet", "stays dead")
        assert listener.relayed == [("wallet", "one"), ("wallet", "two")]


async def test_it_leaves_no_child_and_no_grandchild_behind(running: Callable, tmp_path: Path) -> None:
    async with running(service("wallet", standins.HAS_A_CHILD)) as (_, listener):
        await listener.heard("wallet", "up")
        pid = pid_of(tmp_path, "wallet")
        [grandchild] = _children_of(pid)
    await gone(pid)
    await gone(grandchild)


async def test_it_ends_a_service_that_ignores_the_polite_signal(running: Callable, tmp_path: Path) -> None:
    async with running(service("wallet", standins.IGNORES_TERM)) as (_, listener):
        await listener.heard("wallet", "up")
        pid = pid_of(tmp_path, "wallet")
    assert not is_alive(pid)


async def test_it_wakes_a_stopped_service_so_that_it_can_say_bye(running: Callable, tmp_path: Path) -> None:
    async with running(service("wallet", standins.SAYS_BYE)) as (_, listener):
        await listener.heard("wallet", "up")
        os.kill(pid_of(tmp_path, "wallet"), signal.SIGSTOP)
    assert listener.relayed == [("wallet", "up"), ("wallet", "bye")]


async def test_it_stops_askers_before_answerers(running: Callable, tmp_path: Path) -> None:
    notes = tmp_path / "order"
    program = (
        "import signal, sys, time\n"
        "def leave(*_):\n"
        "    open(sys.argv[1], 'a').write(sys.argv[2] + ' ')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, leave)\n"
        "print('up', flush=True)\n"
        "time.sleep(60)"
    )
    phases = {
        "valkey": StopPhase.STORE,
        "wallet": StopPhase.SERVICE,
        "relay": StopPhase.WORKER,
        "shell": StopPhase.SHELL,
    }
    specs = [service(name, program, str(notes), name, phase=phase) for name, phase in phases.items()]
    async with running(*specs) as (_, listener):
        for name in phases:
            await listener.heard(name, "up")
    assert notes.read_text(encoding="utf-8").split() == ["shell", "relay", "wallet", "valkey"]


async def test_it_takes_the_roster_away_when_it_stops(running: Callable, tmp_path: Path) -> None:
    async with running(service("wallet", standins.SLEEPS)):
        assert (tmp_path / "services.json").exists()
    assert not (tmp_path / "services.json").exists()


def _children_of(pid: int) -> list[int]:
    from pathlib import Path

    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]
