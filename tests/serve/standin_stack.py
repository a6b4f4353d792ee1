"""A stack of stand-ins in a process of its own, for tests that signal the supervisor itself."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from shell.supervisor.console import Console
from shell.supervisor.stay import stay
from shell.supervisor.supervisor import Supervisor
from tests.serve import standins

if __name__ == "__main__":
    console = Console(sys.stdout, has_colour=False)
    supervisor = Supervisor(voice=console, roster=Path(os.environ["VAR_DIR"]) / "services.json")
    specs = [standins.service("wallet", standins.SAYS_BYE), standins.service("lobby", standins.IGNORES_TERM)]

    async def opening() -> None:
        await supervisor.start(specs)
        console.tell("serve", "open")

    asyncio.run(stay(supervisor, console, opening()))
