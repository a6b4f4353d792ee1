"""Each fragment alone: under Daphne straight from the checkout, and as a wheel in an environment with nothing else."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import venv
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.valkey import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[2]
FRAGMENTS = ("wallet", "live_dealer", "promotions", "lobby")
START_LIMIT_S = 30.0
NOBODY = "http://127.0.0.1:9"  # the discard port: no provider and no other fragment is there


@contextmanager
def served(command: list[str], *, folder: Path, port: int) -> Iterator[str]:
    """A fragment's server with no one around it, and files of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {**kept, "VAR_DIR": str(folder / "var"), "PROVIDER_URL": NOBODY, "REDIS_URL": "redis://127.0.0.1:9/0"}
    log = (folder / "log").open("wb")
    process = subprocess.Popen(command, env=environment, cwd=_home_of(command, folder), stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(process, url, folder / "log")
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)
        log.close()


def _home_of(command: list[str], folder: Path) -> Path:
    return ROOT if Path(command[0]).is_relative_to(Path(sys.prefix)) else folder


def _wait_until_up(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until_s = time.monotonic() + START_LIMIT_S
    while time.monotonic() < until_s:
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]
        try:
            httpx.get(f"{url}/healthz", trust_env=False, timeout=1).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"nobody answers at {url}: {log.read_text(errors='replace')[-2000:]}")


def _migrate(python: str, fragment: str, folder: Path) -> None:
    words = [python, "-m", "django", "migrate", "--settings", f"fragments.{fragment}.settings", "-v", "0"]
    environment = {
        **os.environ,
        "VAR_DIR": str(folder / "var"),
        "PYTHONPATH": str(ROOT) if python == sys.executable else "",
    }
    subprocess.run(words, cwd=folder, env=environment, check=True)


def _locked_versions(folder: Path) -> Path:
    """The lock without its hashes, so that a release of somebody else's cannot turn this test red."""
    lock = (ROOT / "requirements" / "run.lock").read_text(encoding="utf-8")
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(re.findall(r"^([\w.-]+==[\w.]+)", lock, flags=re.MULTILINE)), encoding="utf-8")
    return constraints


def _serves_what_it_declares(url: str, fragment: str) -> None:
    with httpx.Client(base_url=url, trust_env=False, timeout=5) as http:
        manifest = http.get("/.well-known/fragment.json").json()
        assert manifest["name"] == fragment
        for slot in manifest["slots"].values():
            answer = http.get(slot["path"], headers={"Fragment-Contract": "1", "Fragment-Mount": f"/f/{fragment}"})
            wants_player = slot["auth"] == "player"
            assert answer.status_code == (401 if wants_player else 200), (slot, answer.text[:300])
            if not wants_player:
                assert answer.headers["Fragment-State"].split(";")[0] in {"fresh", "degraded", "empty"}
        ready = http.get("/readyz")
        assert ready.status_code == 200
        assert json.loads(ready.text)["checks"]["database"] == {"ok": True}
        alone = http.get("/")
        assert alone.status_code == 200
        assert f"{fragment} {manifest['version']}" in alone.text


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_it_serves_its_manifest_and_slots_under_daphne_with_nothing_else_running(fragment: str, tmp_path: Path) -> None:
    port = free_port()
    _migrate(sys.executable, fragment, tmp_path)
    daphne = [str(Path(sys.executable).with_name("daphne")), "-p", str(port), f"fragments.{fragment}.asgi:application"]
    with served(daphne, folder=tmp_path, port=port) as url:
        _serves_what_it_declares(url, fragment)


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_its_wheel_installs_and_serves_in_an_empty_environment(fragment: str, tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "dist")]
    subprocess.run([*build, str(ROOT / "fragments" / fragment)], check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "--constraint", str(_locked_versions(tmp_path)), str(wheel)]
    subprocess.run(install, check=True)
    port = free_port()
    _migrate(python, fragment, tmp_path)
    uvicorn = [python, "-m", "uvicorn", f"fragments.{fragment}.asgi:application", "--port", str(port)]
    with served(uvicorn, folder=tmp_path, port=port) as url:
        _serves_what_it_declares(url, fragment)
