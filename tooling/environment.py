"""Makes `.venv` match a lock file: created when missing, filled by hash, left alone when nothing changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
RECORD = ENVIRONMENT / "installed.json"
# Measured: 170 MB for running, 530 MB with the tools for testing; pip unpacks into the same disk first.
NEEDED_MB = {"run": 400, "test": 1000}


class CannotPrepare(Exception):
    """`.venv` cannot be made; the message says why and what to do."""


def main(words: list[str]) -> str | None:
    """Prepare for `run` or `test`; answers a sentence when that is not possible."""
    purpose = words[0] if words else "run"
    lock = ROOT / "requirements" / f"{purpose}.lock"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if PYTHON.exists() and _installed().get(lock.name) == wanted:
        return None
    try:
        _require_room(purpose)
        _create()
        _install(lock)
        RECORD.write_text(json.dumps({**_installed(), lock.name: wanted}, indent=2) + "\n", encoding="utf-8")
    except CannotPrepare as error:
        return str(error)
    except OSError as error:
        return f"{ROOT} cannot hold the environment .venv ({error.strerror}): make the folder writable and try again."
    return None


def _installed() -> dict[str, str]:
    """Which locks this environment was filled from, by their hash; empty when nobody knows."""
    try:
        record = json.loads(RECORD.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _require_room(purpose: str) -> None:
    free_mb = shutil.disk_usage(ROOT).free // 10**6
    if free_mb < NEEDED_MB[purpose] and not RECORD.exists():
        message = (
            f"The disk of {ROOT} has {free_mb} MB left and .venv needs about {NEEDED_MB[purpose]} MB: make room first."
        )
        raise CannotPrepare(message)
    if not os.access(ROOT, os.W_OK):
        message = f"The folder {ROOT} cannot be written, and .venv must be made in it: make it writable and try again."
        raise CannotPrepare(message)


def _create() -> None:
    if PYTHON.exists() and any(ENVIRONMENT.glob("lib/python3*/site-packages/pip/__main__.py")):
        return
    _say(f"making .venv with Python {sys.version_info.major}.{sys.version_info.minor}")
    # clear: what a removed Python or an interrupted start left behind is of no use.
    try:
        venv.EnvBuilder(with_pip=True, clear=True, symlinks=True).create(ENVIRONMENT)
    except subprocess.CalledProcessError as error:
        words = (error.output or b"").decode(errors="replace").strip()
        message = f"{words}\n.venv could not be made: look at the words above, then run this again."
        raise CannotPrepare(message) from error


def _install(lock: Path) -> None:
    count = sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())
    _say(f"installing {count} packages from {lock.relative_to(ROOT)}, checked by hash; only the first time")
    command = [str(PYTHON), "-I", "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    answer = subprocess.run(
        [*command, "--requirement", str(lock)],
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_USER": "0"},
        stdout=sys.stderr,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise CannotPrepare(f"{answer.stderr.strip()}\n{_why(answer.stderr)}")


def _why(words: str) -> str:
    """The likely reason in a sentence, under pip's own words."""
    if "No space left" in words:
        return "The disk is full: make room and run this again."
    if "do not match the hashes" in words.lower() or "hashes are required" in words.lower():
        return "A package is not the one that was locked, so nothing was installed: check the package index you use."
    return "The packages could not be installed: check the network (or pip's index settings) and run this again."


def _say(text: str) -> None:
    print(f"croupier: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
