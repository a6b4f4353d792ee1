"""The body of every `work` command: runs a service's background jobs in one loop until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

from fragment_kit.events.pace import Pace
from fragment_kit.serving.logs import logger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

LOG = logger("worker")
STOP_WITHIN_S: Final = 3.0


class Job(Protocol):
    """Something that goes on until it is told to stop: a Relay, a Consumer, or a service's own loop."""

    @property
    def name(self) -> str:
        """How logs call it."""
        ...

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then return soon."""
        ...


def run_worker(make_jobs: Callable[[], Sequence[Job]], *, close: Callable[[], Awaitable[None]] | None = None) -> None:
    """Run the jobs until a signal says stop; blocks.

    Args:
        make_jobs: called inside the running loop, so that clients belong to it.
        close: awaited at the end, for connections that jobs share.

    A job that fails is logged and started again with growing rests; it never ends the others.

    """
    with suppress(KeyboardInterrupt):
        asyncio.run(_work(make_jobs, close))


async def _work(make_jobs: Callable[[], Sequence[Job]], close: Callable[[], Awaitable[None]] | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    jobs = make_jobs()
    LOG.debug("working", jobs=", ".join(job.name for job in jobs))
    tasks = [asyncio.create_task(keep_running(job, stop), name=job.name) for job in jobs]
    await stop.wait()
    _, late = await asyncio.wait(tasks, timeout=STOP_WITHIN_S)
    for task in late:
        LOG.warning("job was cut off", job=task.get_name(), after_s=STOP_WITHIN_S)
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if close is not None:
        await close()


async def keep_running(job: Job, stop: asyncio.Event) -> None:
    """Run one job until `stop`, again and again when it fails."""
    pace = Pace(first_s=0.5, cap_s=10.0)
    while not stop.is_set():
        try:
            await job.run(stop)
        except Exception:
            LOG.exception("job failed and starts again", job=job.name)
            await pace.rest(stop, pace.failed_s())
        else:
            return
