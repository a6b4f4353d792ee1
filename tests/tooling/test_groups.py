"""`make test` adds up what happened and cannot be green by accident."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tooling import groups
from tooling.catalogue import GROUPS, ROOT, Group

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

MIXED = """
import pytest

def test_it_holds(): pass
def test_it_holds_too(): pass
def test_it_breaks(): assert False
@pytest.fixture
def broken(): raise RuntimeError
def test_it_cannot_start(broken): pass
@pytest.mark.skip
def test_it_is_skipped(): pass
"""


def sample(tmp_path: Path, text: str, **more: object) -> Group:
    """A group whose only test file has this text."""
    (tmp_path / "test_sample.py").write_text(text, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:django", str(tmp_path))
    return Group(name="sample", command=command, is_test=True, **more)  # type: ignore[arg-type]


def tool(program: str, **more: object) -> Group:
    return Group(name="tool", command=(sys.executable, "-c", program), **more)  # type: ignore[arg-type]


def test_it_counts_errors_as_failures_and_skips_as_neither(tmp_path: Path) -> None:
    result = groups.run(sample(tmp_path, MIXED), tmp_path)
    assert (result.passed, result.failed, result.skipped) == (2, 2, 1)
    assert result.trouble == "exit code 1"


def test_it_fails_when_nothing_was_collected(tmp_path: Path) -> None:
    assert groups.run(sample(tmp_path, ""), tmp_path).trouble == "no test was found"


def test_it_fails_when_every_test_was_skipped(tmp_path: Path) -> None:
    skipped = "import pytest\n@pytest.mark.skip\ndef test_it_is_skipped(): pass\n"
    assert groups.run(sample(tmp_path, skipped), tmp_path).trouble == "no test ran"


def test_it_fails_when_a_program_is_missing(tmp_path: Path) -> None:
    result = groups.run(Group(name="absent", command=("/no/such/program",)), tmp_path)
    assert result.trouble.startswith("could not be started")


def test_it_fails_when_a_group_takes_too_long(tmp_path: Path) -> None:
    assert groups.run(tool("import time; time.sleep(60)", limit_s=1), tmp_path).trouble == "took longer than 1 s"


def test_it_shows_what_a_failed_group_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    groups.run(tool("print('the reason'); raise SystemExit(3)"), tmp_path)
    assert "the reason\nexit code 3" in capsys.readouterr().out


def test_it_ends_with_the_sum_and_fails_when_any_group_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    healthy = groups.run(tool("pass"), tmp_path)
    mixed = groups.run(sample(tmp_path, MIXED), tmp_path)
    assert groups.report([healthy]) == 0
    assert groups.report([healthy, mixed]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "2 passed, 2 failed"


def test_it_knows_its_groups_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert groups.main(["walet"]) == 2
    assert "No such group: walet. There are: browser, check," in capsys.readouterr().out


def test_it_covers_every_fragment_by_itself() -> None:
    homes = {path.parent.name for path in (ROOT / "fragments").glob("*/manifest.toml")}
    assert homes <= {group.name for group in GROUPS}
