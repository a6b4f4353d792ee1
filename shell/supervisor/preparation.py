"""What must be true before services start: databases are at the newest migration, and demo players are there."""

from __future__ import annotations

import asyncio
import hashlib
import sys
import time
from typing import TYPE_CHECKING

from shell.supervisor.addresses import FRAGMENT_PORTS, SHELL
from shell.supervisor.child import Child, in_words
from shell.supervisor.errors import PreparationFailed
from shell.supervisor.plan import ROOT, environment_of, manage
from shell.supervisor.specs import ServiceSpec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from shell.supervisor.console import Voice
    from shell.supervisor.folders import Folders

_MIGRATE = ("migrate", "--no-input", "--verbosity", "0")
_SEED_PLAYERS = ("seed_players",)
_STOP_S = 1.0


async def prepare_databases(
    services: Iterable[str], folders: Folders, environment: Mapping[str, str], voice: Voice
) -> None:
    """Bring every chosen service's database up to date, all at once; nothing is run when nothing changed."""
    django_services = [name for name in services if name == SHELL or name in FRAGMENT_PORTS]
    try:
        async with asyncio.TaskGroup() as group:
            for name in django_services:
                group.create_task(_prepare(name, folders, environment_of(name, environment), voice))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None  # one sentence at a time is enough to mend


async def _prepare(name: str, folders: Folders, environment: Mapping[str, str], voice: Voice) -> None:
    stamp = folders.run / f"{name}.prepared"
    fingerprint = fingerprint_of(name)
    if not needs_preparation(name, folders, environment, stamp, fingerprint):
        return
    started_s = time.monotonic()
    stamp.unlink(missing_ok=True)
    for words in (_MIGRATE, _SEED_PLAYERS) if name == SHELL else (_MIGRATE,):
        await _run(name, words, environment, voice)
    stamp.write_text(stamp_text(name, folders, fingerprint), encoding="utf-8")
    voice.tell(name, f"database prepared in {time.monotonic() - started_s:.1f} s")


def needs_preparation(
    name: str, folders: Folders, environment: Mapping[str, str], stamp: Path, fingerprint: str
) -> bool:
    """Asking Django costs a second per service; files tell it in a millisecond. A server's database is always asked."""
    if environment.get("DATABASE_URL") or not stamp.is_file():
        return True
    return stamp.read_text(encoding="utf-8") != stamp_text(name, folders, fingerprint)


def stamp_text(name: str, folders: Folders, fingerprint: str) -> str:
    """What is remembered: not every fragment has a database file, and where there was one it must still be there."""
    has_file = (folders.var / f"{name}.sqlite3").is_file()
    return f"{fingerprint} {'with' if has_file else 'without'} database\n"


def fingerprint_of(name: str, root: Path = ROOT) -> str:
    """Changes with anything that may bring a new migration: own files, the kit's, settings, installed packages."""
    digest = hashlib.sha256(sys.version.encode())
    for path in _sources_of(name, root):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources_of(name: str, root: Path) -> Iterator[Path]:
    home = root / "shell" if name == SHELL else root / "fragments" / name
    yield from sorted(home.glob("**/migrations/*.py"))
    yield from sorted((root / "fragment_kit").glob("**/migrations/*.py"))
    yield from (path for path in (home / "settings.py", root / "requirements" / "run.lock") if path.is_file())


async def _run(name: str, words: tuple[str, ...], environment: Mapping[str, str], voice: Voice) -> None:
    spec = ServiceSpec(name=name, command=manage(name, *words), environment=environment, folder=ROOT)
    child = await Child.start(spec, voice)
    try:
        code = await child.wait()
    except asyncio.CancelledError:
        await child.stop(_STOP_S)
        raise
    if code != 0:
        shown = " ".join(("manage.py", *(() if name == SHELL else (name,)), *words))
        message = f"`{shown}` {in_words(code)}, so {name} has no usable database: its own words stand above."
        raise PreparationFailed(message)
