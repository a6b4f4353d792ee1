"""Puts load on one URL with wrk and reads what it says; rounds of several systems take turns."""

from __future__ import annotations

import re
import subprocess
import urllib.request
from dataclasses import dataclass, field, replace
from statistics import median
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from bench.compose.processes import LOAD_CORE, CannotMeasure, on_core

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.compose.processes import Programs, Started

CONNECTIONS: Final = 32
WARM_UP_S: Final = 2
_UNITS_MS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0}
_PARTS: Final = ("50", "99")
_LATENCY: Final = re.compile(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s)\s*$", re.MULTILINE)
_RATE: Final = re.compile(r"Requests/sec:\s+([\d.]+)")
_BAD: Final = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One system in one case: where (`path` replaces the one it started with), how, and with how many connections."""

    name: str
    system: Started
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    connections: int = CONNECTIONS
    contains: Sequence[str] = ()

    @property
    def url(self) -> str:
        return urljoin(self.system.url, self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a system did: the median of its rounds; `cpu_ms` is its processor time for one answer."""

    per_s: float
    cpu_ms: float
    p50_ms: float
    p99_ms: float


def check(target: Target) -> None:
    """Ask once, before any load: a system that answers half a page is not quick but wrong."""
    request = urllib.request.Request(target.url, headers=dict(target.headers))  # noqa: S310 -- our own addresses
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            body = answer.read().decode()
    except OSError as error:
        raise CannotMeasure(f"{target.name} does not answer: {error}.") from error
    missing = [text for text in target.contains if text not in body]
    if missing:
        raise CannotMeasure(f"{target.name} answers without {missing[0]!r}:\n{body[:1500]}")


def measure(programs: Programs, targets: Sequence[Target], *, rounds: int, seconds: int) -> dict[str, Reading]:
    """Median readings by name; the systems take turns, so that a noisy minute meets all of them."""
    for target in targets:
        check(target)
        _wrk(target, WARM_UP_S)
    found: dict[str, list[Reading]] = {target.name: [] for target in targets}
    for _ in range(rounds):
        for target in targets:
            before_s = programs.cpu_s(target.system.program)
            reading = _wrk(target, seconds)
            used_ms = (programs.cpu_s(target.system.program) - before_s) * 1000
            found[target.name].append(replace(reading, cpu_ms=used_ms / (reading.per_s * seconds)))
    return {name: _middle(readings) for name, readings in found.items()}


def _wrk(target: Target, seconds: int) -> Reading:
    words = ["wrk", "--threads", "1", "--connections", str(target.connections), "--duration", f"{seconds}s"]
    words += ["--latency", "--timeout", "10s"]
    for name, value in target.headers.items():
        words += ["--header", f"{name}: {value}"]
    answer = subprocess.run(on_core(LOAD_CORE, [*words, target.url]), capture_output=True, text=True, check=False)
    said = answer.stdout
    rate, bad = _RATE.search(said), _BAD.search(said)
    latencies = {part: float(value) * _UNITS_MS[unit] for part, value, unit in _LATENCY.findall(said)}
    if rate is None or bad is not None or len(latencies) != len(_PARTS):
        raise CannotMeasure(f"{target.name} did not hold:\n{said}{answer.stderr}")
    return Reading(per_s=float(rate[1]), cpu_ms=0.0, p50_ms=latencies["50"], p99_ms=latencies["99"])


def _middle(readings: Sequence[Reading]) -> Reading:
    return Reading(
        per_s=median(reading.per_s for reading in readings),
        cpu_ms=median(reading.cpu_ms for reading in readings),
        p50_ms=median(reading.p50_ms for reading in readings),
        p99_ms=median(reading.p99_ms for reading in readings),
    )
