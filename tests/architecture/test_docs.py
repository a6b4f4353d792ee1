"""The documentation names only what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md"), *(ROOT / "deploy").glob("**/*.md")])
HOMES = (
    "shell",
    "fragments",
    "fragment_kit",
    "provider_simulator",
    "static",
    "tests",
    "tooling",
    "docs",
    "deploy",
    "bench",
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_it_names_no_file_that_is_not_there(page: Path) -> None:
    named = re.findall(rf"[`(]((?:{'|'.join(HOMES)})/[\w./-]*)[`)]", page.read_text(encoding="utf-8"))
    missing = [path for path in named if not (ROOT / path).exists() and not (page.parent / path).exists()]
    assert missing == []


def test_it_describes_every_make_target_in_the_menu() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):(.*)$", makefile, flags=re.MULTILINE)
    helpers = {"ready-to-run", "ready-to-test", "python"}
    assert [name for name, rest in targets if "## " not in rest and name not in helpers] == []
