"""Bad input of every kind at the front door and in the files: one clear answer, and nothing else is affected."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.process.conftest import PANELS
from tests.visitor import HTMX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stack import Stack
    from tests.visitor import Visitor

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("healthy")]

ROOT = Path(__file__).resolve().parents[2]
MANIFEST_TYPO = 'contract = 1\nname = "lobby"\nversion = "9"\nslotz = 1\n'


def everything_is_fresh(player: Visitor) -> bool:
    return all(player.panel(name).state in {"fresh", "empty"} for name in PANELS)


@pytest.mark.parametrize(
    "path", ["/f/casino/table", "/f/wallet/vault", "/no-such-page", "/f/wallet/healthz", "/f/wallet/metrics"]
)
def test_it_names_an_address_that_is_not_there(ana: Visitor, path: str) -> None:
    answer = ana.http.get(path)
    assert answer.status_code == 404
    assert path.rstrip("/").rsplit("/", 1)[-1] in answer.text or "no such page" in answer.text.lower()
    assert everything_is_fresh(ana)


def test_it_gives_htmx_a_whole_panel_even_for_a_slot_that_is_not_there(ana: Visitor) -> None:
    answer = ana.http.get("/f/wallet/vault", headers=HTMX)
    assert answer.status_code == 200
    assert answer.headers["Panel-State"] == "unavailable; reason=not_registered"


def test_it_refuses_a_body_that_is_too_large(ana: Visitor) -> None:
    origin = {"Origin": str(ana.http.base_url).rstrip("/")}
    answer = ana.http.post("/f/promotions/optins", content=b"x" * 70_000, headers=origin)
    assert answer.status_code == 413
    assert "64 KiB" in answer.text
    assert everything_is_fresh(ana)


def test_it_refuses_an_action_from_another_site(ana: Visitor) -> None:
    answer = ana.http.post("/f/promotions/optins", data={}, headers={"Origin": "http://elsewhere.example"})
    assert answer.status_code == 403


@pytest.fixture
def registry(stack: Stack) -> Iterator[Path]:
    file = stack.var / "run" / "fragments.toml"
    before = file.read_text(encoding="utf-8")
    yield file
    file.write_text(before, encoding="utf-8")


@pytest.mark.parametrize(
    "edit", ["[fragments.wallet\nurl = ", '[fragments.wallet]\nurl = "ftp://wallet"\n', "[fragmentz.wallet]\n"]
)
def test_it_refuses_a_bad_edit_of_the_registry_and_goes_on(
    stack: Stack, ana: Visitor, registry: Path, edit: str
) -> None:
    said = stack.log().count("fragments.toml")
    registry.write_text(edit, encoding="utf-8")
    ana.until(lambda: stack.log().count("fragments.toml") > said, limit_s=5)
    assert everything_is_fresh(ana)


def test_it_takes_a_good_edit_of_the_registry_without_a_restart(stack: Stack, ana: Visitor, registry: Path) -> None:
    shell_pid = stack.pid("shell")
    registry.write_text(registry.read_text(encoding="utf-8").replace("[fragments.promotions]", "[fragments.offers]"))
    ana.until(lambda: ana.panel("promotions.offers").reason == "not_registered", limit_s=5)
    assert ana.http.get("/").status_code == 200
    assert stack.pid("shell") == shell_pid


def _stops_with(command: list[str], environment: dict[str, str], cwd: Path = ROOT) -> str:
    known = {"cwd": cwd, "env": {**os.environ, **environment}, "capture_output": True, "text": True}
    done = subprocess.run(command, timeout=30, check=False, **known)  # type: ignore[call-overload]
    assert done.returncode != 0
    return (done.stdout + done.stderr).strip()


@pytest.mark.parametrize("service", ["shell", "fragments.wallet", "fragments.lobby"])
def test_it_names_the_secret_that_production_needs(service: str) -> None:
    said = _stops_with([sys.executable, "-m", "uvicorn", f"{service}.asgi:application", "--port", "1"], {"DEBUG": "0"})
    assert "SECRET_KEY is not set. With DEBUG=0 it must be" in said
    assert "Traceback" not in said


def test_it_names_what_is_wrong_in_a_manifest_and_where(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "fragments" / "lobby", tmp_path / "fragments" / "lobby")
    shutil.copytree(ROOT / "fragment_kit", tmp_path / "fragment_kit")
    (tmp_path / "fragments" / "lobby" / "manifest.toml").write_text(MANIFEST_TYPO, encoding="utf-8")
    command = [sys.executable, "-m", "uvicorn", "fragments.lobby.asgi:application", "--port", "1"]
    said = _stops_with(command, {"PYTHONPATH": str(tmp_path), "VAR_DIR": str(tmp_path)}, cwd=tmp_path)
    assert "fragments/lobby/manifest.toml: slotz is not a key we know" in said
    assert "Traceback" not in said
