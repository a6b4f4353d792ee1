"""`manage.py serve`: from the command line to a running stack and back to nothing."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from shell.supervisor import addresses, folders, options, ports
from shell.supervisor.console import Console, standard_console
from shell.supervisor.errors import SupervisorError
from shell.supervisor.plan import ROOT, Plan, make_plan
from shell.supervisor.preparation import prepare_databases
from shell.supervisor.stay import stay
from shell.supervisor.supervisor import Supervisor

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Run `serve` with these words; answers the exit code."""
    return run(options.parser().parse_args(arguments))


def run(arguments: argparse.Namespace) -> int:
    """Run `serve` with arguments that are already parsed; a refusal is one sentence and an exit code."""
    console = standard_console()
    try:
        return _serve(options.read_options(arguments, os.environ), console)
    except SupervisorError as error:
        console.tell("serve", str(error), is_bad=True)
        return error.exit_code


def _serve(chosen: options.Options, console: Console) -> int:
    var = Path(os.environ.get("VAR_DIR") or ROOT / "var").absolute()
    if not chosen.wants_free_ports:
        ports.require_free(addresses.choose_ports(chosen.services, shell_port=chosen.shell_port, wants_free=False))
    home = folders.prepare(var)
    plan = make_plan(chosen, home, os.environ)
    supervisor = Supervisor(voice=console, roster=home.run / "services.json", restarts=chosen.restarts)
    asyncio.run(stay(supervisor, console, _open(plan, home, supervisor, console)))
    return 0


async def _open(plan: Plan, home: folders.Folders, supervisor: Supervisor, console: Console) -> None:
    started_s = time.monotonic()
    await asyncio.gather(
        supervisor.start(plan.stores),
        prepare_databases(plan.ports, home, plan.environment, console),
    )
    await supervisor.start(plan.servers)
    # Later than the servers, so that the first page does not wait for them on a small machine.
    await supervisor.start(plan.workers)
    console.tell("serve", _welcome(plan, supervisor.not_ready(), time.monotonic() - started_s))


def _welcome(plan: Plan, not_ready: Sequence[str], took_s: float) -> str:
    trouble = f" Not ready: {', '.join(not_ready)}." if not_ready else ""
    if addresses.SHELL not in plan.ports:
        return f"Running without the shell after {took_s:.1f} s.{trouble} Ctrl-C stops everything."
    if addresses.SHELL in not_ready:
        return f"Croupier is not open after {took_s:.1f} s.{trouble} Ctrl-C stops everything."
    page = f"http://localhost:{plan.ports[addresses.SHELL]}"
    return f"Croupier is open at {page} after {took_s:.1f} s.{trouble} Ctrl-C stops everything."
