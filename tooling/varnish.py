"""Finds Varnish for the tests of `deploy/varnish.vcl`, or installs Debian's when it may."""

from __future__ import annotations

import os
import shutil

from tooling import debian

PACKAGES = ("varnish",)
# Debian puts it where only root's PATH looks.
_ALSO_IN = "/usr/sbin"


def find() -> str | None:
    """The program `varnishd`; VARNISHD names another one."""
    return os.environ.get("VARNISHD") or shutil.which("varnishd") or shutil.which("varnishd", path=_ALSO_IN)


def find_or_install() -> tuple[str | None, str]:
    """The program, or None and a sentence that says what to install."""
    if found := find():
        return found, ""
    if trouble := debian.install(PACKAGES, why="the test of the edge needs it"):
        return None, f"{trouble} {_advice()}"
    return find(), _advice()


def _advice() -> str:
    return (
        "The test of the edge needs Varnish 7 or newer: install it (Debian and Ubuntu: "
        f"`sudo apt-get install {' '.join(PACKAGES)}`) or set VARNISHD to its program."
    )
