"""`make bench-compose`: this shell and the known composers on one core each, the same pages, one table."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from bench.compose.cases import CASES, Bench
from bench.compose.croupier import Croupier
from bench.compose.machine import prepare
from bench.compose.peers import Peers
from bench.compose.processes import LOAD_CORE, CannotMeasure, Programs
from bench.compose.report import table
from bench.compose.upstreams import Upstreams

# Kept between runs: 60 MB from npm.
NODE_FOLDER: Final = Path(tempfile.gettempdir()) / "croupier-bench-compose-node"


def main(words: list[str]) -> str | None:
    """Run the cases and print the table; answers a sentence when something is missing."""
    chosen = _options().parse_args(words)
    try:
        prepare(NODE_FOLDER)
        print(_run(chosen))
    except CannotMeasure as error:
        return str(error)
    return None


def _run(chosen: argparse.Namespace) -> str:
    os.sched_setaffinity(0, {LOAD_CORE})
    results = []
    with (
        tempfile.TemporaryDirectory(prefix="croupier-bench-", ignore_cleanup_errors=True) as name,
        Programs(Path(name)) as programs,
    ):
        folder = Path(name)
        upstreams = Upstreams(folder)
        upstreams.start(programs)
        croupier = Croupier(programs=programs, upstreams=upstreams, folder=folder)
        croupier.start_store()
        bench = Bench(
            programs=programs,
            upstreams=upstreams,
            peers=Peers(programs=programs, upstreams=upstreams, folder=folder, node=NODE_FOLDER),
            croupier=croupier,
            rounds=chosen.rounds,
            seconds=chosen.seconds,
        )
        for case in chosen.cases or CASES:
            print(f"bench-compose: {case} …", file=sys.stderr, flush=True)
            with bench.running():
                results.append(CASES[case](bench))
    return table(results)


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m bench.compose", description=__doc__)
    options.add_argument("cases", nargs="*", metavar="case", help=f"only some of: {', '.join(CASES)}")
    options.add_argument("--rounds", type=int, default=3, help="rounds for each system; the median counts")
    options.add_argument("--seconds", type=int, default=5, help="length of a round")
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
