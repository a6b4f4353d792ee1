"""What every fragment has, and what none may reach for."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fragment_kit.contract.manifest import load_manifest

ROOT = Path(__file__).resolve().parents[2]
FRAGMENTS = sorted(folder.name for folder in (ROOT / "fragments").iterdir() if (folder / "manifest.toml").exists())
BROWSER_TIMEOUT_MS = 4_000


def registry() -> dict[str, dict[str, object]]:
    entries: dict[str, dict[str, object]] = tomllib.loads((ROOT / "shell/fragments.toml").read_text())["fragments"]
    return entries


def test_it_registers_every_fragment_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    independent = next(
        contract for contract in project["tool"]["importlinter"]["contracts"] if contract["type"] == "independence"
    )
    assert sorted(registry()) == FRAGMENTS
    assert [f"fragments.{name}" for name in FRAGMENTS] == sorted(independent["modules"])


@pytest.mark.parametrize("name", FRAGMENTS)
def test_it_can_be_shipped_alone(name: str) -> None:
    folder = ROOT / "fragments" / name
    for file in ("pyproject.toml", "manifest.toml", "settings.py", "asgi.py", "urls.py", "CHANGELOG.md", "OWNERS"):
        assert (folder / file).is_file(), f"fragments/{name}/{file} is missing"
    assert list((folder / "tests").glob("test_*.py")), f"fragments/{name} has no tests"
    version = tomllib.loads((folder / "pyproject.toml").read_text())["project"]["version"]
    assert load_manifest(folder / "manifest.toml").version == version
    assert f"## {version}" in (folder / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("name", FRAGMENTS)
def test_it_gives_less_time_at_every_step_towards_the_provider(name: str) -> None:
    manifest = load_manifest(ROOT / "fragments" / name / "manifest.toml")
    gateway_ms = int(str(registry()[name]["timeout_ms"]))
    for slot in manifest.slots.values():
        for feed in manifest.feeds.values():
            assert feed.timeout_ms < slot.timeout_ms, f"{name}.{slot.name} cannot outwait {feed.name}"
        assert slot.timeout_ms < gateway_ms < BROWSER_TIMEOUT_MS


@pytest.mark.parametrize("name", FRAGMENTS)
def test_it_mentions_no_other_fragment(name: str) -> None:
    others = [other for other in FRAGMENTS if other != name]
    for file in (ROOT / "fragments" / name).rglob("*"):
        if file.suffix not in {".py", ".html", ".css", ".toml"}:
            continue
        text = file.read_text(encoding="utf-8")
        for other in others:
            assert f"/f/{other}/" not in text, f"{file} links into {other}"
            assert f"/static/{other}/" not in text, f"{file} uses a file of {other}"
            assert f'"{other}/' not in text, f"{file} uses a template of {other}"


def test_it_keeps_fragments_a_namespace_so_that_each_ships_alone() -> None:
    assert not (ROOT / "fragments" / "__init__.py").exists()
