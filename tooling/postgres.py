"""Runs a command beside a PostgreSQL server of its own, which is made for it and gone with it.

`python -m tooling.postgres pytest fragments/wallet` gives the command DATABASE_URL. A server that is not durable is
quicker and right for tests; measurements ask for a durable one with `--durable`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tooling import debian

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PACKAGES = ("postgresql",)
OWNER = "croupier"
START_S = 30
HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class NoPostgres(Exception):
    """There is no server to be had; the sentence says what to do."""


def main(words: Sequence[str]) -> int:
    """Run the command; answers its exit code, or 1 with a sentence when there is no server."""
    is_durable = words[:1] == ["--durable"]
    command = list(words[1:] if is_durable else words)
    try:
        with server(is_durable=is_durable) as address:
            return subprocess.run(command, env={**os.environ, "DATABASE_URL": address}, check=False).returncode
    except NoPostgres as trouble:
        print(trouble)
        return 1


@contextmanager
def server(*, is_durable: bool = False, is_socket: bool = False) -> Iterator[str]:
    """A fresh server for the time of the block; gives its address with a database `wallet` in it.

    Raises:
        NoPostgres: it cannot be found, installed or started.

    """
    found = programs()
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        folder = Path(name)
        run_as = _owner(folder)
        # Nobody may ask where the test suite keeps its server, so it trusts whoever is on this machine's loopback.
        _run([found / "initdb", "-D", folder / "data", "-A", "trust", "-U", OWNER, "-E", "UTF8", "-N"], run_as)
        port = _free_port()
        settings = ["listen_addresses=127.0.0.1", f"port={port}", f"unix_socket_directories={folder}"]
        settings += ["max_connections=200", "shared_buffers=256MB", "max_wal_size=4GB"]
        settings += [] if is_durable else HASTY
        options = " ".join(f"-c {setting}" for setting in settings)
        control = [found / "pg_ctl", "-D", folder / "data", "-l", folder / "log", "-w", "-t", str(START_S)]
        _run([*control, "-o", options, "start"], run_as)
        try:
            _run([found / "createdb", "-h", folder, "-p", str(port), "-U", OWNER, "wallet"], run_as)
            query = f"?host={folder}" if is_socket else ""
            yield f"postgresql://{OWNER}@127.0.0.1:{port}/wallet{query}"
        finally:
            _run([*control, "-m", "immediate", "stop"], run_as)


def programs() -> Path:
    """The folder of initdb and pg_ctl, the newest when there are several."""
    for _ in range(2):
        if found := _found():
            return found
        if trouble := debian.install(PACKAGES, why="the wallet is tested on PostgreSQL too"):
            raise NoPostgres(f"{trouble} {_advice()}")
    raise NoPostgres(_advice())


def _found() -> Path | None:
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if homes:
        return homes[-1].parent
    program = shutil.which("initdb")
    return Path(program).resolve().parent if program else None


def _owner(folder: Path) -> dict[str, Any]:
    """Who runs the server: PostgreSQL refuses root, so root borrows another name."""
    if os.geteuid() != 0:
        return {}
    names = [name for name in ("postgres", "nobody") if _exists(name)]
    if not names:
        raise NoPostgres("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as.")
    user = pwd.getpwnam(names[0])
    os.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(0o755)  # so that clients of other users reach the socket in it
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _run(command: Sequence[object], run_as: dict[str, Any]) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(
        words, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **run_as
    )
    if done.returncode:
        raise NoPostgres(
            f"{Path(words[0]).name} ended with {done.returncode}: {done.stdout.strip()[-600:]}\n{_advice()}"
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _advice() -> str:
    return (
        "The wallet's suite on PostgreSQL needs its server programs: install them (Debian and Ubuntu: "
        f"`sudo apt-get install {' '.join(PACKAGES)}`)."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
