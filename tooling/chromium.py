"""Finds the browser for the browser tests, or installs Debian's when it may; never downloads one from elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PACKAGES = ("chromium", "fonts-dejavu-core")  # without any font a bare machine draws boxes, and contrast means nothing
_MINUTES_MAX = 8


def find() -> str | None:
    """The browser's program; CHROMIUM names another one."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def find_or_install() -> tuple[str | None, str]:
    """The browser's program, or None and a sentence that says what to install."""
    if found := find():
        return found, ""
    privilege = _privilege()
    if shutil.which("apt-get") is None or privilege is None:
        return None, _advice()
    print("installing chromium with apt-get, because the browser tests need it; only the first time", flush=True)
    for words in (("update", "-qq"), ("install", "-qq", "--yes", "--no-install-recommends", *PACKAGES)):
        if not _apt(privilege, words):
            return None, f"`apt-get {' '.join(words)}` did not work. {_advice()}"
    return find(), _advice()


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


def _advice() -> str:
    return (
        "The browser tests need Chromium: install it (Debian and Ubuntu: "
        f"`sudo apt-get install {' '.join(PACKAGES)}`) or set CHROMIUM to the program of a Chromium or Chrome."
    )
