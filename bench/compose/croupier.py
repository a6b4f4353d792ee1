"""Starts this shell as `manage.py serve` would, in production mode, over the fragments of the bench."""

from __future__ import annotations

import base64
import json
import re
import secrets
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final

import redis

from bench.compose.processes import HOST, LOAD_CORE, SYSTEM_CORE, Started
from shell.supervisor import addresses, folders
from shell.supervisor.options import Options
from shell.supervisor.plan import make_plan
from shell.supervisor.ports import find_free

if TYPE_CHECKING:
    from bench.compose.decks import Deck
    from bench.compose.processes import Programs
    from bench.compose.upstreams import Upstreams

STORE: Final = "store"
# What a page's counters must say after a round: nothing was saved by showing less.
_SERIES: Final = re.compile(r"^(croupier_(?:panels|page_panels)_total)\{(.*)\} (\S+)$", re.MULTILINE)
_GOOD: Final = re.compile(r'state="fresh"|way="inline"')
FLAWED_PART_MAX: Final = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Croupier:
    """Starts shells, one for each deck; all of them keep their sessions in one embedded store."""

    programs: Programs
    upstreams: Upstreams
    folder: Path

    def start(self, deck: Deck) -> Started:
        """Start a shell for this deck; its URL is the home page's."""
        var = folders.prepare(Path(mkdtemp(prefix=f"{deck.name}-", dir=self.folder)))
        registry = var.var / "fragments.toml"
        registry.write_text(self._registry(deck), encoding="utf-8")
        (port,) = find_free(1)
        environment = {
            "DEBUG": "0",
            "SECRET_KEY": secrets.token_hex(32),
            "ALLOWED_HOSTS": HOST,
            "PASSPORT_PRIVATE_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("="),
            "FRAGMENTS_FILE": str(registry),
            "REDIS_URL": self._store_url(),
        }
        plan = make_plan(Options(services=(addresses.SHELL,), shell_port=port), var, environment)
        (server,) = plan.servers
        name = f"croupier {deck.name}"
        self.programs.start(
            name,
            server.command,
            core=SYSTEM_CORE,
            port=port,
            environment=dict(server.environment),
            folder=server.folder,
        )
        return Started(url=f"http://{HOST}:{port}/", program=name)

    def start_store(self) -> None:
        """Start the embedded store where the fragments run: it is a service of its own, not a part of the shell."""
        base = folders.prepare(self.folder / "store")
        (store,) = make_plan(Options(services=()), base, {}).stores
        self.programs.start(STORE, store.command, core=LOAD_CORE, port=base.store_socket, folder=store.folder)

    def sign_in(self) -> str:
        """Write a session as a sign-in does; answers the Cookie header of its browser."""
        key = secrets.token_hex(16)
        session = {"player": "ana", "display_name": "Ana", "started_at": datetime.now(UTC).isoformat()}
        with redis.Redis.from_url(self._store_url()) as store:
            store.set(f"session:{key}", json.dumps(session), ex=3600)
        return f"__Host-session={key}; __Host-csrf={secrets.token_hex(16)}"

    def _store_url(self) -> str:
        return f"unix://{self.folder / 'store' / 'run' / 'valkey.sock'}?db=0"

    def _registry(self, deck: Deck) -> str:
        return "\n".join(f'[fragments.{name}]\nurl = "{self.upstreams.address(deck, name)}"' for name in deck.fragments)


def flaws(page_url: str) -> list[str]:
    """The shell's own counters of panels that were not as they should be, when they are too many to overlook."""
    with urllib.request.urlopen(f"{page_url}metrics") as answer:  # noqa: S310 -- our own address
        series = _SERIES.findall(answer.read().decode())
    every = sum(float(value) for _, _, value in series)
    bad = [(metric, labels, float(value)) for metric, labels, value in series if not _GOOD.search(labels)]
    if sum(value for _, _, value in bad) <= FLAWED_PART_MAX * every:
        return []
    return [f"{metric}{{{labels}}} {value:.0f}" for metric, labels, value in bad]
