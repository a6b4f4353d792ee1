"""Adds a program that only a bare Debian machine lacks, when this user may; never downloads one from elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MINUTES_MAX = 8


def install(packages: Sequence[str], *, why: str) -> str | None:
    """Install packages with apt-get; answers a sentence when that did not work."""
    privilege = _privilege()
    if shutil.which("apt-get") is None or privilege is None:
        return "They cannot be installed from here, for that needs apt-get and root's rights."
    print(f"installing {packages[0]} with apt-get, because {why}; only the first time", flush=True)
    for words in (("update", "-qq"), ("install", "-qq", "--yes", "--no-install-recommends", *packages)):
        if not _apt(privilege, words):
            return f"`apt-get {' '.join(words)}` did not work."
    return None


def _privilege() -> tuple[str, ...] | None:
    """What to put before apt-get: nothing for root, sudo when it asks for no password."""
    if os.geteuid() == 0:
        return ()
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return (sudo, "-n")
    return None


def _apt(privilege: tuple[str, ...], words: tuple[str, ...]) -> bool:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = [*privilege, "apt-get", *words]
    try:
        return subprocess.run(command, env=quiet, check=False, timeout=_MINUTES_MAX * 60).returncode == 0
    except subprocess.TimeoutExpired:
        return False
