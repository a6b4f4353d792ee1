"""The life of a stack in the foreground: opened, kept until somebody asks to stop, and then gone without a trace."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from shell.supervisor.console import Console
    from shell.supervisor.supervisor import Supervisor

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def stay(supervisor: Supervisor, console: Console, opening: Coroutine[object, object, None]) -> None:
    """Run `opening`, then wait for Ctrl-C, SIGTERM or SIGHUP. Whatever happens, every child is stopped at the end.

    Raises what `opening` raises.
    """
    asked_to_stop = _listen(supervisor, console)
    tasks = (asyncio.ensure_future(opening), asyncio.ensure_future(asked_to_stop.wait()))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[0].done():
            await tasks[0]
            await tasks[1]
        console.tell("serve", "stopping")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await supervisor.stop()


def _listen(supervisor: Supervisor, console: Console) -> asyncio.Event:
    """First request: stop in order. Second: at once. A log reader that went away asks too."""
    asked = asyncio.Event()

    def stop() -> None:
        if asked.is_set():
            supervisor.kill()
        asked.set()

    loop = asyncio.get_running_loop()
    for which in _STOP_SIGNALS:
        loop.add_signal_handler(which, stop)
    console.on_broken = asked.set
    return asked
