"""The processes of a whole stack: which services, on which ports, with which environment and command."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shell.supervisor import addresses
from shell.supervisor.errors import UsageError
from shell.supervisor.ports import HOST
from shell.supervisor.specs import HttpProbe, ServiceSpec, StopPhase
from shell.supervisor.store import store_spec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shell.supervisor.folders import Folders
    from shell.supervisor.options import Options

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = ROOT / "shell" / "fragments.toml"
APPLICATIONS = {
    addresses.SHELL: "shell.asgi:application",
    addresses.SIMULATOR: "provider_simulator.asgi:application",
    **{name: f"fragments.{name}.asgi:application" for name in addresses.FRAGMENT_PORTS},
}
# How each reads HTTP: the shell with one write for an answer where uvicorn makes two.
_HTTP = {addresses.SHELL: "shell.server.protocol:HttpProtocol"}
# Shorter than the supervisor's patience, so that a browser's open connection does not cost a SIGKILL.
_UVICORN = (
    *("--host", HOST, "--loop", "uvloop", "--ws", "websockets-sansio"),
    *("--lifespan", "auto", "--backlog", "4096", "--timeout-graceful-shutdown", "1"),
    *("--no-access-log", "--no-server-header", "--no-proxy-headers", "--log-level", "warning"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to start, in waves: the store, then what answers requests, then what works in the background."""

    stores: tuple[ServiceSpec, ...]
    servers: tuple[ServiceSpec, ...]
    workers: tuple[ServiceSpec, ...]
    ports: Mapping[str, int]
    environment: Mapping[str, str]


def make_plan(options: Options, folders: Folders, environment: Mapping[str, str]) -> Plan:
    """Work out every process; writes the registry file when the ports are not the usual ones."""
    _refuse_shared_database(environment)
    ports = addresses.choose_ports(options.services, shell_port=options.shell_port, wants_free=options.wants_free_ports)
    base = _shared_environment(options, folders, environment, ports)
    has_own_store = "REDIS_URL" not in environment
    return Plan(
        stores=(store_spec(folders, base),) if has_own_store else (),
        servers=tuple(_server(name, port, base) for name, port in ports.items()),
        workers=tuple(_worker(name, base) for name in ports if _has_worker(name)),
        ports=ports,
        environment=base,
    )


def _shared_environment(
    options: Options, folders: Folders, environment: Mapping[str, str], ports: Mapping[str, int]
) -> dict[str, str]:
    urls = {name: addresses.url_of(port) for name, port in ports.items()}
    known = {
        "REDIS_URL": f"unix://{folders.store_socket}?db=0",
        "WALLET_URL": urls.get("wallet", addresses.url_of(addresses.DEFAULT_PORTS["wallet"])),
        "PROVIDER_URL": urls.get("simulator", addresses.url_of(addresses.DEFAULT_PORTS["simulator"])),
    }
    base = {**known, **environment, "VAR_DIR": str(folders.var), "PYTHONUNBUFFERED": "1"}
    base.pop("DJANGO_SETTINGS_MODULE", None)  # manage.py chose the shell's for this process, not for the children
    if not options.has_bots:
        base["BOT_ROUNDS_PER_S"] = "0"
    if options.wants_free_ports:
        registry = folders.run / "fragments.toml"
        moved = {name: url for name, url in urls.items() if name in addresses.FRAGMENT_PORTS}
        addresses.write_registry(Path(environment.get("FRAGMENTS_FILE", REGISTRY)), registry, moved)
        base["FRAGMENTS_FILE"] = str(registry)
    return base


def environment_of(name: str, base: Mapping[str, str]) -> dict[str, str]:
    """What one service gets: `WALLET_DATABASE_URL` becomes the wallet's `DATABASE_URL`; the signing key stays home."""
    databases = {f"{service.upper()}_DATABASE_URL": service for service in APPLICATIONS}
    own = {key: value for key, value in base.items() if key not in databases}
    if url := base.get(f"{name.upper()}_DATABASE_URL"):
        own["DATABASE_URL"] = url
    if name != addresses.SHELL:
        own.pop("PASSPORT_PRIVATE_KEY", None)
    return own


def _server(name: str, port: int, base: Mapping[str, str]) -> ServiceSpec:
    return ServiceSpec(
        name=name,
        command=(
            *(sys.executable, "-m", "uvicorn", APPLICATIONS[name]),
            *("--port", str(port), "--http", _HTTP.get(name, "httptools"), *_UVICORN),
        ),
        environment={**environment_of(name, base), "PORT": str(port)},
        folder=ROOT,
        stop_phase=StopPhase.SHELL if name == addresses.SHELL else StopPhase.SERVICE,
        url=addresses.url_of(port),
        probe=HttpProbe(port=port),
    )


def _has_worker(name: str) -> bool:
    return (ROOT / "fragments" / name / "management" / "commands" / "work.py").is_file()


def _worker(name: str, base: Mapping[str, str]) -> ServiceSpec:
    return ServiceSpec(
        name=f"{name}-work",
        command=manage(name, "work"),
        environment=environment_of(name, base),
        folder=ROOT,
        stop_phase=StopPhase.WORKER,
    )


def manage(name: str, *words: str) -> tuple[str, ...]:
    """The command line that runs a Django command of one service."""
    service = () if name == addresses.SHELL else (name,)
    return (sys.executable, str(ROOT / "manage.py"), *service, *words)


def _refuse_shared_database(environment: Mapping[str, str]) -> None:
    if environment.get("DATABASE_URL"):
        message = (
            "DATABASE_URL would give every service the same database, and each needs its own: "
            "set SHELL_DATABASE_URL, WALLET_DATABASE_URL and so on for `serve` instead."
        )
        raise UsageError(message)
