"""The browser for the tests is found, or installed where that is allowed, or asked for in one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "import json; from tooling import chromium; print(json.dumps(chromium.find_or_install()))"
# What a working apt-get leaves behind, as far as anybody here can see.
INSTALLS = r"""#!/bin/sh
echo "$@" >>"$0.calls"
[ "$1" = install ] && echo "#!/bin/sh" >"${0%/*}/chromium" && /bin/chmod +x "${0%/*}/chromium"
exit 0
"""
FAILS = '#!/bin/sh\necho "no network" >&2\nexit 100\n'
AS_ROOT = '#!/bin/sh\nshift\n[ "$1" = true ] && exit 0\nexec "$@"\n'
WITH_PASSWORD = "#!/bin/sh\nexit 1\n"


def script(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    (folder / name).chmod(0o755)


def ask(path: Path, **environment: str) -> tuple[str | None, str]:
    """What `find_or_install` answers on a machine with nothing but these programs."""
    known = {"PATH": str(path), **environment}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=known, capture_output=True, text=True, check=True, timeout=30
    )
    program, advice = json.loads(done.stdout.splitlines()[-1])
    return program, advice


def test_it_uses_the_browser_that_is_there(tmp_path: Path) -> None:
    script(tmp_path, "chromium", FAILS)
    assert ask(tmp_path) == (str(tmp_path / "chromium"), "")


def test_it_uses_the_browser_that_is_named(tmp_path: Path) -> None:
    assert ask(tmp_path, CHROMIUM="/opt/chrome") == ("/opt/chrome", "")


def test_it_installs_the_browser_where_it_may(tmp_path: Path) -> None:
    script(tmp_path, "apt-get", INSTALLS)
    script(tmp_path, "sudo", AS_ROOT)
    assert ask(tmp_path)[0] == str(tmp_path / "chromium")
    calls = (tmp_path / "apt-get.calls").read_text(encoding="utf-8").splitlines()
    assert [line.split()[0] for line in calls] == ["update", "install"]
    assert "chromium" in calls[1].split()


def test_it_says_what_to_install_where_it_may_not(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        script(tmp_path, "apt-get", INSTALLS)
        script(tmp_path, "sudo", WITH_PASSWORD)
    program, advice = ask(tmp_path)
    assert program is None
    assert "`sudo apt-get install chromium fonts-dejavu-core`) or set CHROMIUM to" in advice


def test_it_says_when_apt_did_not_work(tmp_path: Path) -> None:
    script(tmp_path, "apt-get", FAILS)
    script(tmp_path, "sudo", AS_ROOT)
    program, advice = ask(tmp_path)
    assert program is None
    assert advice.startswith("`apt-get update -qq` did not work. The browser tests need Chromium: install it")
