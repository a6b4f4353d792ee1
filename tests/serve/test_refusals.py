"""Whatever stands in the way of a start is said in one sentence, and nothing is left behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shell.supervisor import folders, options
from shell.supervisor.errors import FolderUnusable, PortTaken, UsageError
from shell.supervisor.ports import require_free

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def serve(*words: str, var: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {"PATH": os.environ["PATH"], "VAR_DIR": str(var), **environment}
    command = [sys.executable, "-m", "shell.supervisor", *words]
    return subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, check=False, timeout=30)


def test_it_names_the_taken_port_and_leaves_nothing_behind(taken_port: int, tmp_path: Path) -> None:
    answer = serve("--only", "shell", "--port", str(taken_port), var=tmp_path / "var")
    assert answer.returncode == 1
    assert answer.stderr == ""
    [line] = answer.stdout.splitlines()
    assert f"Port {taken_port} (shell) is taken on 127.0.0.1: stop the program" in line
    assert not (tmp_path / "var").exists()


def test_it_offers_free_ports_when_a_fragments_port_is_taken(taken_port: int) -> None:
    with pytest.raises(PortTaken, match=rf"Port {taken_port} \(wallet\) is taken .* or start with --free-ports\."):
        require_free({"wallet": taken_port})


def test_it_names_every_taken_port(taken_port: int) -> None:
    with pytest.raises(PortTaken, match=rf"Ports {taken_port} \(wallet\), {taken_port} \(lobby\) are taken"):
        require_free({"wallet": taken_port, "lobby": taken_port})


@pytest.mark.parametrize("names", ["walet", "shell,walet", ","])
def test_it_knows_its_services_by_name(names: str, tmp_path: Path) -> None:
    answer = serve("--only", names, var=tmp_path)
    assert answer.returncode == 2
    assert "choose from shell, wallet, live_dealer, promotions, lobby, simulator." in answer.stdout


@pytest.mark.parametrize("port", ["0", "70000", "http", "-1"])
def test_it_refuses_what_is_not_a_port(port: str) -> None:
    arguments = options.parser().parse_args([f"--port={port}"])
    with pytest.raises(UsageError, match=f"'{port}' is not a port: give a whole number from 1 to 65535"):
        options.read_options(arguments, {})


def test_it_refuses_one_database_for_all_services(tmp_path: Path) -> None:
    answer = serve("--free-ports", var=tmp_path, DATABASE_URL="postgresql://db/one")
    assert answer.returncode == 2
    assert "set SHELL_DATABASE_URL, WALLET_DATABASE_URL and so on" in answer.stdout


def test_it_says_when_the_registry_does_not_exist(tmp_path: Path) -> None:
    answer = serve("--free-ports", var=tmp_path, FRAGMENTS_FILE="/no/such.toml")
    assert answer.returncode == 2
    assert "The registry /no/such.toml cannot be read (No such file or directory): set FRAGMENTS_FILE" in answer.stdout


def test_it_says_when_its_folder_cannot_be_written() -> None:
    with pytest.raises(FolderUnusable, match=r"The folder /proc/var cannot be written \(.*\): make it"):
        folders.prepare(Path("/proc/var"))


def test_it_says_when_a_file_stands_where_its_folder_should(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("", encoding="utf-8")
    with pytest.raises(FolderUnusable, match="cannot be written"):
        folders.prepare(tmp_path / "var")


def test_it_says_when_the_disk_is_nearly_full(tmp_path: Path) -> None:
    with pytest.raises(FolderUnusable, match=r"MiB left and .* MiB are needed: make room, or set VAR_DIR"):
        folders.prepare(tmp_path, free_bytes_min=2**62)


def test_it_lets_only_one_supervisor_use_a_folder(tmp_path: Path) -> None:
    first = folders.prepare(tmp_path)
    with pytest.raises(FolderUnusable, match=rf"Another `manage.py serve` \(pid {os.getpid()}\) already uses"):
        folders.prepare(tmp_path)
    os.close(first.lock)
    os.close(folders.prepare(tmp_path).lock)
