"""The lock files hold everything that is asked for, by hash, and name no index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"^(?P<name>[a-z0-9.-]+)==(?P<version>[^ ;]+)", re.MULTILINE)


def lock(purpose: str) -> str:
    return (ROOT / "requirements" / f"{purpose}.lock").read_text(encoding="utf-8")


def pinned(purpose: str) -> dict[str, str]:
    return {match["name"]: match["version"] for match in PINNED.finditer(lock(purpose))}


def asked_for() -> tuple[set[str], set[str]]:
    """Names that running and testing need, as the locks write them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = (project["project"]["dependencies"], project["dependency-groups"]["test"])
    run, test = ({re.split(r"[^\w.-]", entry)[0].lower().replace("_", "-") for entry in entries} for entries in wanted)
    return run, run | test


def test_it_locks_everything_that_is_asked_for() -> None:
    run, test = asked_for()
    assert run - pinned("run").keys() == set()
    assert test - pinned("test").keys() == set()


def test_it_runs_the_versions_that_were_tested() -> None:
    tested = pinned("test")
    assert {name: version for name, version in pinned("run").items() if tested.get(name) != version} == {}


@pytest.mark.parametrize("purpose", ["run", "test"])
def test_it_pins_by_hash_and_names_no_index(purpose: str) -> None:
    text = lock(purpose)
    assert "://" not in text
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if entry.strip()]
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
