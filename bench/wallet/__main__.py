"""`make bench-wallet`: bets per second, beside the same debit as one SQL function, all from one run on one machine."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.wallet import reference, wire
from bench.wallet.services import CLIENTS, ROOT, Services
from tooling.postgres import NoPostgres, programs, server


def main(words: list[str]) -> str | None:
    """Measure and print the table; answers a sentence when something is missing."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=6, help="each measurement's length")
    options.add_argument("--rounds", type=int, default=3, help="how often each is repeated, in turns")
    options.add_argument("--without-flood", action="store_true")
    chosen = options.parse_args(words)
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-wallet-")))
            address = stack.enter_context(server(is_durable=True, is_socket=True))
            print_table(measure(stack, folder, address, chosen))
    except NoPostgres as trouble:
        return str(trouble)
    return None


def measure(stack: ExitStack, folder: Path, address: str, chosen: argparse.Namespace) -> list[tuple[str, Any]]:
    """All rows: a name, and the numbers of each round."""
    seconds, rows = chosen.seconds, dict[str, list[dict[str, float]]]()
    services = stack.enter_context(Services(folder, address))
    reference.prepare(address)
    port = services.start_wallet()
    for _ in range(chosen.rounds):
        pgbench = programs() / "pgbench"
        yardstick = reference.measure("same", address, pgbench, folder, clients=CLIENTS, seconds=seconds)
        bare = reference.measure("bare", address, pgbench, folder, clients=CLIENTS, seconds=seconds)
        found = {
            "the same bet as one SQL function, pgbench": {"rate": yardstick},
            "five bare rows as one SQL function, pgbench": {"rate": bare},
            "in process, PostgreSQL, 2 x 16 callers": callers(services.environment, 2, 16, seconds),
            "in process, SQLite, 1 caller": callers(services.on_sqlite, 1, 1, seconds),
            "HTTP, PostgreSQL, 32 clients": over_http(port, seconds, players=1_000),
            "HTTP, PostgreSQL, 32 clients, one hot player": over_http(port, seconds, players=1),
        }
        for name, numbers in found.items():
            ratios = {"ratio": numbers["rate"] / yardstick, "of bare": numbers["rate"] / bare}
            rows.setdefault(name, []).append({**numbers, **ratios})
    if not chosen.without_flood:
        rows |= flood(services, port, seconds)
    return list(rows.items())


def callers(environment: dict[str, str], processes: int, threads: int, seconds: int) -> dict[str, float]:
    """Several processes of callers at once, added up."""
    command = [sys.executable, "-m", "bench.wallet.caller", str(threads), str(seconds), "500"]
    started = [
        subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    found = [json.loads(process.communicate()[0]) for process in started]
    return {
        "rate": sum(one["rate"] for one in found),
        "p99_ms": max(one["p99_ms"] for one in found),
        "read_ms": max(one["read_ms"] for one in found),
    }


def over_http(port: int, seconds: int, *, players: int, per_s: float = 0) -> dict[str, float]:
    """The provider API as a provider meets it."""
    tally = asyncio.run(wire.bets(port, clients=CLIENTS, seconds=seconds, players=players, per_s=per_s))
    rate = len(tally.times) / seconds
    return {"rate": rate, "p50_ms": tally.at(50), "p99_ms": tally.at(99), "refused": tally.refused}


def flood(services: Services, port: int, seconds: int) -> dict[str, list[dict[str, float]]]:
    """Bets at a steady pace without and with 32 visitors who leaf through 10,000 games, in turns."""
    rows: dict[str, list[dict[str, float]]] = {}
    lobby = services.start_lobby()
    for _ in range(3):
        quiet = over_http(port, seconds, players=200, per_s=100)
        with services.visitors(lobby, seconds + 2):
            loud = over_http(port, seconds, players=200, per_s=100)
        loud["pages"] = services.pages_per_s()
        loud["ratio"] = loud["p99_ms"] / quiet["p99_ms"]
        rows.setdefault("100 bets/s", []).append(quiet)
        rows.setdefault("100 bets/s while 32 visitors leaf (ratio: p99)", []).append(loud)
    return rows


def print_table(rows: list[tuple[str, list[dict[str, float]]]]) -> None:
    """One line a case, the median of its rounds."""
    columns = ("rate", "ratio", "of bare", "p50_ms", "p99_ms", "read_ms", "refused", "pages")
    print(f"{'':<52}" + "".join(f"{column:>10}" for column in columns))
    for name, found in rows:
        medians = {column: [one[column] for one in found if column in one] for column in columns}
        cells = (f"{statistics.median(values):>10.2f}" if values else " " * 10 for values in medians.values())
        print(f"{name:<52}{''.join(cells)}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end; medians of the rounds.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
