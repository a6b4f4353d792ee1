"""First step of every make target: finds a Python that can run Croupier and hands over to it.

Written for any Python 3, old ones included, because it is what tells their owners to get a newer one.
"""

# What would please the linter here does not run on the old Pythons that must be answered.
# ruff: noqa: PTH100, PTH118, PTH120, UP031

import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NEWEST = (3, 13)
NAMES = ("python3.13", "python3.12", "python3.11", "python3", "python")
QUESTION = """
import sys
try:
    import ensurepip, venv
    has_venv = True
except ImportError:
    has_venv = False
print(sys.version_info[0], sys.version_info[1], int(has_venv))
"""


def ask(program: str) -> "tuple[tuple[int, int], bool] | None":
    """Version of this interpreter and whether it can make environments; None when it does not even start."""
    try:
        answer = subprocess.check_output([program, "-c", QUESTION], stderr=subprocess.DEVNULL)
        major, minor, has_venv = answer.split()
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None
    return (int(major), int(minor)), has_venv == b"1"


def main(words: "list[str]") -> str:
    """Run `environment.py` with the first interpreter that fits, or say in one sentence what is missing."""
    if os.name != "posix":
        return "Croupier runs on Linux and macOS; on Windows use the Windows Subsystem for Linux."
    without_venv = None
    for program in [sys.executable] + [path for path in map(shutil.which, NAMES) if path]:
        known = ask(program)
        if known is None or not OLDEST <= known[0] <= NEWEST:
            continue
        if not known[1]:
            without_venv = without_venv or known[0]
            continue
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "environment.py")
        os.execv(program, [program, script, *words])  # noqa: S606 — hands over
    if without_venv:
        name = "python%d.%d" % without_venv
        return (
            "%s is here, but without its venv module: install it (Debian and Ubuntu: "
            "`apt-get install %s-venv`) and run this again." % (name, name)
        )
    return (
        "Croupier needs Python 3.11, 3.12 or 3.13, and this machine offers Python %d.%d (%s): install one of them "
        "(Debian and Ubuntu: `apt-get install python3 python3-venv`) and run this again."
        % (sys.version_info[0], sys.version_info[1], sys.executable)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
