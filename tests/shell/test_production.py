"""Starting in production: what is missing is named, and what is on is safe."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "PASSPORT_PRIVATE_KEY": "p" * 43,
    "ALLOWED_HOSTS": "play.example",
}


def manage(*words: str, tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=kept | {"VAR_DIR": str(tmp_path)} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_refuses_to_start_without_its_secrets(tmp_path: Path) -> None:
    told = manage("check", tmp_path=tmp_path, DEBUG="0")
    assert told.returncode != 0
    assert "SECRET_KEY is not set" in told.stderr
    told = manage("check", tmp_path=tmp_path, DEBUG="0", SECRET_KEY="s" * 60)
    assert "PASSPORT_PRIVATE_KEY is not set" in told.stderr


def test_it_passes_the_deploy_checks_with_its_secrets(tmp_path: Path) -> None:
    told = manage("check", "--deploy", "--fail-level", "WARNING", tmp_path=tmp_path, DEBUG="0", **SECRETS)
    assert told.returncode == 0, told.stderr


def test_it_names_each_thing_that_is_wrong_for_production(tmp_path: Path) -> None:
    told = manage("check", "--deploy", tmp_path=tmp_path, ALLOWED_HOSTS="*", FAULTS_ENABLED="1")
    for code in ("shell.E001", "shell.E002", "shell.E003", "shell.W001"):
        assert code in told.stderr


def test_it_makes_no_accounts_with_a_known_password_in_production(tmp_path: Path) -> None:
    told = manage("seed_players", tmp_path=tmp_path, DEBUG="0", **SECRETS)
    assert told.returncode != 0
    assert "runs only with DEBUG=1" in told.stderr


def test_it_seeds_players_once(tmp_path: Path) -> None:
    assert manage("migrate", tmp_path=tmp_path).returncode == 0
    assert "4 accounts made" in manage("seed_players", tmp_path=tmp_path).stdout
    assert "0 accounts made, 4 were there" in manage("seed_players", tmp_path=tmp_path).stdout


def test_it_says_what_is_wrong_with_a_setting(tmp_path: Path) -> None:
    told = manage("check", tmp_path=tmp_path, REDIS_URL="localhost:6379")
    assert told.returncode != 0
    assert "REDIS_URL is 'localhost:6379'" in told.stderr
