"""What one process of the stack is: the plan lists these, the supervisor keeps them alive."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class StopPhase(IntEnum):
    """The order of leaving: who asks others goes first, so that nobody loses a call half-way."""

    SHELL = 0
    WORKER = 1
    SERVICE = 2
    STORE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpProbe:
    """Ready when `GET path` on the port answers 200."""

    port: int
    path: str = "/readyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketProbe:
    """Ready when the Valkey server behind this Unix socket answers a PING."""

    socket_path: Path


Probe = HttpProbe | SocketProbe


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """One child process.

    `environment` is the whole environment of the child. `probe=None` means: ready as soon as it runs (workers).
    `hush` lists fragments of lines that the child always prints and nobody needs to read.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    stop_phase: StopPhase = StopPhase.SERVICE
    url: str | None = None
    probe: Probe | None = None
    hush: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How long a dead child stays dead: doubling up to a cap, forgotten after a healthy life."""

    first_s: float = 0.5
    cap_s: float = 15.0
    healthy_after_s: float = 10.0

    def delay_s(self, failures: int) -> float:
        """Wait before start number `failures + 1` in a row."""
        return min(self.cap_s, self.first_s * 2.0 ** min(failures, 16))


@dataclass(frozen=True, slots=True, kw_only=True)
class StopBudget:
    """Seconds each phase may take between the polite signal and SIGKILL; together about five."""

    shell_s: float = 2.0
    worker_s: float = 1.0
    service_s: float = 1.5
    store_s: float = 0.5

    def of(self, phase: StopPhase) -> float:
        """The allowance of one phase."""
        return {
            StopPhase.SHELL: self.shell_s,
            StopPhase.WORKER: self.worker_s,
            StopPhase.SERVICE: self.service_s,
            StopPhase.STORE: self.store_s,
        }[phase]
