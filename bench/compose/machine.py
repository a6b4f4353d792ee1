"""Makes the machine ready: the peers' programs, from Debian and npm, and a folder for this run alone."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.compose.processes import CannotMeasure

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE: Final = Path(__file__).resolve().parent
CORES_MIN: Final = 2
# Program and Debian package.
PROGRAMS: Final = {"nginx": "nginx-light", "varnishd": "varnish", "wrk": "wrk", "npm": "npm", "taskset": "util-linux"}


def prepare(node_folder: Path) -> None:
    """Install what is missing; raises CannotMeasure when that is not possible."""
    if (os.cpu_count() or 1) < CORES_MIN:
        raise CannotMeasure("The bench needs two cores: one for the system measured, one for load and fragments.")
    # Debian puts servers into sbin, which is not on everybody's path.
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    if missing:
        _install(missing)
    if not (node_folder / "node_modules").is_dir():
        node_folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, node_folder / name)
        _run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], node_folder, "npm's words"
        )


def _install(packages: Sequence[str]) -> None:
    if os.geteuid() != 0:
        raise CannotMeasure(f"Not installed: {', '.join(packages)}. Run: sudo apt-get install {' '.join(packages)}")
    # Debian would start nginx and varnish as services; the bench starts its own and leaves ports 80 and 6081 alone.
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    words = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    _run(words, HERE, "apt-get's words (apt-get update may help)", quiet)


def _run(words: Sequence[str], folder: Path, what: str, environment: dict[str, str] | None = None) -> None:
    answer = subprocess.run(
        words, cwd=folder, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        raise CannotMeasure(f"{what}: {(answer.stderr or answer.stdout).strip()[-800:]}")
