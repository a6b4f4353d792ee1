"""The first step of every make target says in one sentence what is missing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def stand_in(folder: Path, name: str, answer: str) -> None:
    """A `python` that answers the bootstrap's question and can do nothing else."""
    program = folder / name
    program.write_text(f"#!/bin/sh\necho {answer}\n", encoding="utf-8")
    program.chmod(0o755)


def bootstrap(pretended: str, path: Path, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the bootstrap as if its own interpreter had given this answer."""
    program = (
        "import runpy, sys; sys.argv = ['bootstrap.py', 'run'];"
        f"sys.executable = {str(path / 'self')!r};"
        f"runpy.run_path({str(root / 'tooling' / 'bootstrap.py')!r}, run_name='__main__')"
    )
    stand_in(path, "self", pretended)
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env={"PATH": str(path)}, capture_output=True, text=True, check=False, timeout=30)


@pytest.mark.parametrize("version", ["3 10 1", "3 14 1", "2 7 1", "nonsense"])
def test_it_says_which_python_is_needed(version: str, tmp_path: Path) -> None:
    answer = bootstrap(version, tmp_path)
    assert answer.returncode == 1
    assert answer.stderr.startswith("Croupier needs Python 3.11, 3.12 or 3.13, and this machine offers Python")
    assert len(answer.stderr.splitlines()) == 1


def test_it_says_when_the_venv_module_is_missing(tmp_path: Path) -> None:
    answer = bootstrap("3 12 0", tmp_path)
    assert answer.returncode == 1
    assert "python3.12 is here, but without its venv module: install it" in answer.stderr


def test_it_hands_over_to_a_newer_python_on_the_path(tmp_path: Path) -> None:
    stand_in(tmp_path, "python3.13", "3 13 1")
    answer = bootstrap("3 9 1", tmp_path)
    # The stand-in gives the same answer when it is asked to make the environment.
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "3 13 1\n", "")


def checkout(folder: Path) -> Path:
    """A copy of what the bootstrap needs, with an environment that says it is up to date."""
    shutil.copytree(ROOT / "tooling", folder / "tooling", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "requirements").mkdir()
    (folder / "requirements" / "run.lock").write_text("a==1\n", encoding="utf-8")
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    digest = hashlib.sha256(b"a==1\n").hexdigest()
    (folder / ".venv" / "installed.json").write_text(json.dumps({"run.lock": digest}), encoding="utf-8")
    return folder


def environment(root: Path, **pip: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "tooling" / "environment.py"), "run"]
    known = {**os.environ, "PIP_NO_INDEX": "1", **pip}
    return subprocess.run(command, env=known, capture_output=True, text=True, check=False, timeout=60)


def wheel(folder: Path) -> Path:
    """The smallest package that pip installs."""
    place = folder / "sample-1-py3-none-any.whl"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("sample.py", "")
        archive.writestr("sample-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: sample\nVersion: 1\n")
        archive.writestr("sample-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("sample-1.dist-info/RECORD", "")
    return place


def test_it_does_nothing_when_the_lock_is_installed(tmp_path: Path) -> None:
    answer = environment(checkout(tmp_path))
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_it_installs_what_is_locked_and_remembers_it(tmp_path: Path) -> None:
    root = checkout(tmp_path)
    shutil.rmtree(root / ".venv")
    digest = hashlib.sha256(wheel(tmp_path).read_bytes()).hexdigest()
    (root / "requirements" / "run.lock").write_text(f"sample==1 --hash=sha256:{digest}\n", encoding="utf-8")
    assert environment(root, PIP_FIND_LINKS=str(tmp_path)).returncode == 0
    assert list(root.glob(".venv/lib/*/site-packages/sample.py"))
    assert environment(root).stderr == ""


def test_it_refuses_a_package_that_is_not_the_locked_one(tmp_path: Path) -> None:
    root = checkout(tmp_path)
    wheel(tmp_path)
    (root / "requirements" / "run.lock").write_text(f"sample==1 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    shutil.rmtree(root / ".venv")
    answer = environment(root, PIP_FIND_LINKS=str(tmp_path))
    assert answer.returncode == 1
    assert "A package is not the one that was locked, so nothing was installed" in answer.stderr
    assert not (root / ".venv" / "installed.json").exists()
