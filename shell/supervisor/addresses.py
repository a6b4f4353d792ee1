"""Which service listens where, and the registry file that tells the shell when the ports are not the usual ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shell.supervisor.errors import UsageError
from shell.supervisor.ports import HOST, find_free

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SHELL = "shell"
SIMULATOR = "simulator"
FRAGMENT_PORTS: Mapping[str, int] = {"wallet": 8101, "live_dealer": 8102, "promotions": 8103, "lobby": 8104}
DEFAULT_PORTS: Mapping[str, int] = {SHELL: 8000, **FRAGMENT_PORTS, SIMULATOR: 8200}

_SECTION = re.compile(r"\s*\[\s*fragments\s*\.\s*(?P<name>\w+)\s*\]\s*(#.*)?$")
_ANY_SECTION = re.compile(r"\s*\[")
_URL = re.compile(r"(?P<key>\s*url\s*=\s*).*$")


def choose_ports(services: Sequence[str], *, shell_port: int | None, wants_free: bool) -> dict[str, int]:
    """A port for each service: the usual ones, or free ones; `shell_port` wins for the shell."""
    ports = dict(zip(services, find_free(len(services)), strict=True)) if wants_free else _usual_ports(services)
    if shell_port is not None and SHELL in ports:
        ports[SHELL] = shell_port
    return ports


def _usual_ports(services: Sequence[str]) -> dict[str, int]:
    return {name: DEFAULT_PORTS[name] for name in services}


def url_of(port: int) -> str:
    """The address of a service on this machine."""
    return f"http://{HOST}:{port}"


def with_addresses(registry: str, urls: Mapping[str, str]) -> str:
    """The same registry with the `url` of each named fragment replaced.

    Line by line and not parsed: everything else in the file, mistakes included, stays for the shell to judge.
    """
    name: str | None = None
    lines: list[str] = []
    for line in registry.splitlines():
        if section := _SECTION.match(line):
            name = section["name"]
        elif _ANY_SECTION.match(line):
            name = None
        url_line = _URL.match(line)
        moves = url_line is not None and name in urls
        lines.append(f'{url_line["key"]}"{urls[name]}"' if url_line and name and moves else line)
    return "\n".join(lines) + "\n"


def write_registry(source: Path, target: Path, urls: Mapping[str, str]) -> None:
    """Write the registry of a stack on unusual ports."""
    try:
        text = source.read_text(encoding="utf-8")
    except OSError as error:
        message = f"The registry {source} cannot be read ({error.strerror}): set FRAGMENTS_FILE to a file that exists."
        raise UsageError(message) from error
    target.write_text(with_addresses(text, urls), encoding="utf-8")
