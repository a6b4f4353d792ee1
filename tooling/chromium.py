"""Finds the browser for the browser tests, or installs Debian's when it may; never downloads one from elsewhere."""

from __future__ import annotations

import os
import shutil

from tooling import debian

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PACKAGES = ("chromium", "fonts-dejavu-core")  # without any font a bare machine draws boxes, and contrast means nothing


def find() -> str | None:
    """The browser's program; CHROMIUM names another one."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def find_or_install() -> tuple[str | None, str]:
    """The browser's program, or None and a sentence that says what to install."""
    if found := find():
        return found, ""
    if trouble := debian.install(PACKAGES, why="the browser tests need it"):
        return None, f"{trouble} {_advice()}"
    return find(), _advice()


def _advice() -> str:
    return (
        "The browser tests need Chromium: install it (Debian and Ubuntu: "
        f"`sudo apt-get install {' '.join(PACKAGES)}`) or set CHROMIUM to the program of a Chromium or Chrome."
    )
