"""The groups of `make test`, in the order in which they are reported."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PACKAGES = ("shell", "fragment_kit", "provider_simulator", "fragments", "tooling")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One line of the table. `is_alone`: measures time or starts many processes, so nothing may run beside it."""

    name: str
    command: tuple[str, ...]
    is_test: bool = False
    is_alone: bool = False
    needs_browser: bool = False
    limit_s: int = 240


def _tool(name: str, *words: str) -> tuple[str, ...]:
    return (str(BIN / name), *words)


def _pytest(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "pytest", "--quiet", *words)


def _fragments() -> list[Group]:
    """Each under its own settings, in a process of its own, with nothing else running: that is what it must survive."""
    homes = sorted(path.parent for path in (ROOT / "fragments").glob("*/manifest.toml"))
    return [Group(name=home.name, command=_pytest(str(home.relative_to(ROOT))), is_test=True) for home in homes]


def _templates() -> list[str]:
    places = [ROOT / package for package in PACKAGES]
    return sorted(str(path.relative_to(ROOT)) for place in places for path in place.glob("**/templates/**/*.html"))


GROUPS = (
    Group(name="types", command=(sys.executable, "-m", "tooling.typecheck")),
    Group(name="lint", command=_tool("ruff", "check", "--quiet", ".")),
    Group(name="format", command=_tool("ruff", "format", "--quiet", "--check", ".")),
    Group(name="imports", command=_tool("lint-imports")),
    Group(name="templates", command=_tool("djade", "--target-version", "5.2", "--check", *_templates())),
    Group(name="html", command=_tool("djlint", "--lint", "--quiet", *_templates())),
    Group(
        name="tests",
        command=_pytest("tests", "--ignore=tests/process", "--ignore=tests/browser", "--numprocesses=2"),
        is_test=True,
        limit_s=400,
    ),
    *_fragments(),
    Group(
        name="wallet-postgres",
        command=(sys.executable, "-m", "tooling.postgres", *_pytest("fragments/wallet")),
        is_test=True,
        limit_s=600,  # on a bare machine the server is installed first
    ),
    Group(name="process", command=_pytest("tests/process"), is_test=True, is_alone=True, limit_s=420),
    Group(
        name="browser",
        command=_pytest("tests/browser"),
        is_test=True,
        is_alone=True,
        needs_browser=True,
        limit_s=420,
    ),
)
