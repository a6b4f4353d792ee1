"""Files and functions stay small enough to be read in one go."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
HOMES = ("shell", "fragments", "fragment_kit", "provider_simulator", "static", "tests", "tooling", "bench", "manage.py")
LINES_MAX = {".py": 300, ".css": 200, ".js": 100, ".html": 60}
FUNCTION_LINES_MAX = 50


def ours(*suffixes: str) -> Iterator[Path]:
    for home in HOMES:
        place = ROOT / home
        files = [place] if place.is_file() else sorted(place.rglob("*"))
        for file in files:
            inside = file.relative_to(ROOT)
            if file.suffix in suffixes and not {"vendor", "migrations", "__pycache__"} & set(inside.parts):
                yield file


@pytest.mark.parametrize("suffix", sorted(LINES_MAX))
def test_it_keeps_every_file_under_its_cap(suffix: str) -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for file in ours(suffix)
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > LINES_MAX[suffix]
    }
    assert long == {}, f"find the missing noun in {long}"


def test_it_keeps_every_function_under_fifty_lines() -> None:
    long = {
        f"{file.relative_to(ROOT)}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for file in ours(".py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES_MAX
    }
    assert long == {}


def test_it_names_no_module_after_a_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "core", "base"}
    found = [str(file.relative_to(ROOT)) for file in ours(".py") if drawers & {file.stem, file.parent.name}]
    assert found == []


def test_it_says_in_every_module_what_it_is_for() -> None:
    silent = [
        str(file.relative_to(ROOT))
        for file in ours(".py")
        if (text := file.read_text(encoding="utf-8")).strip() and ast.get_docstring(ast.parse(text)) is None
    ]
    assert silent == []


def test_it_writes_no_style_or_script_into_html() -> None:
    inline = [
        str(file.relative_to(ROOT))
        for file in ours(".html")
        if any(
            mark in file.read_text(encoding="utf-8") for mark in (" style=", "<style", " onclick=", "hx-on", "<script>")
        )
    ]
    assert inline == []
