"""A supervisor with quick back-off whose children are gone when the test ends."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from shell.supervisor.specs import Backoff, StopBudget
from shell.supervisor.supervisor import Supervisor
from tests.serve.standins import Listener

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

QUICK = Backoff(first_s=0.02, cap_s=0.08, healthy_after_s=60)
IMPATIENT = StopBudget(shell_s=0.3, worker_s=0.3, service_s=0.3, store_s=0.3)


@pytest.fixture
def running(tmp_path: Path) -> Callable[..., AbstractAsyncContextManager[tuple[Supervisor, Listener]]]:
    """Services that run for the length of a block, with the supervisor and what it says."""

    @asynccontextmanager
    async def run(*specs: object, restarts: bool = True) -> AsyncIterator[tuple[Supervisor, Listener]]:
        listener = Listener()
        supervisor = Supervisor(
            voice=listener,
            roster=tmp_path / "services.json",
            restarts=restarts,
            backoff=QUICK,
            budget=IMPATIENT,
        )
        try:
            await supervisor.start(specs)
            yield supervisor, listener
        finally:
            await supervisor.stop()

    return run
