"""The command line of `manage.py serve`."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shell.supervisor.addresses import DEFAULT_PORTS, SHELL
from shell.supervisor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PORT_MAX = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to start and how. `shell_port=None` leaves the choice to `wants_free_ports`."""

    services: tuple[str, ...] = tuple(DEFAULT_PORTS)
    shell_port: int | None = None
    wants_free_ports: bool = False
    restarts: bool = True
    has_bots: bool = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options, for the command line and for Django's `manage.py help serve`."""
    known = ", ".join(DEFAULT_PORTS)
    parser.add_argument("--only", metavar="NAMES", help=f"start only these, comma separated: {known}")
    parser.add_argument("--port", help=f"the shell's port (default: PORT, else {DEFAULT_PORTS[SHELL]})")
    parser.add_argument("--free-ports", action="store_true", help="take free ports instead of the usual ones")
    parser.add_argument("--no-restart", action="store_true", help="leave a child that dies dead")
    parser.add_argument("--no-bots", action="store_true", help="no simulated players")


def read_options(chosen: argparse.Namespace, environment: Mapping[str, str]) -> Options:
    """Turn parsed arguments into options; raises UsageError with a sentence."""
    port = chosen.port or environment.get("PORT")
    return Options(
        services=_read_services(chosen.only),
        shell_port=_read_port(port) if port else None,
        wants_free_ports=chosen.free_ports,
        restarts=not chosen.no_restart,
        has_bots=not chosen.no_bots,
    )


def parser() -> argparse.ArgumentParser:
    """The parser of the words after `manage.py serve`."""
    described = argparse.ArgumentParser(
        prog="manage.py serve", description="Starts every process of Croupier and stays in the foreground."
    )
    add_arguments(described)
    return described


def _read_services(names: str | None) -> tuple[str, ...]:
    if names is None:
        return tuple(DEFAULT_PORTS)
    asked = [name.strip() for name in names.split(",") if name.strip()]
    unknown = [name for name in asked if name not in DEFAULT_PORTS]
    if unknown or not asked:
        what = f"does not know {', '.join(map(repr, unknown))}" if unknown else "names nothing"
        message = f"--only {what}: choose from {', '.join(DEFAULT_PORTS)}."
        raise UsageError(message)
    return tuple(name for name in DEFAULT_PORTS if name in asked)


def _read_port(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= _PORT_MAX:
        return int(text)
    message = f"{text!r} is not a port: give a whole number from 1 to {_PORT_MAX} (--port or PORT)."
    raise UsageError(message)
