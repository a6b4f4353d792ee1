"""Keeps one service alive: starts it, waits until it is ready, starts it again when it dies, and says so."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Literal

from shell.supervisor.child import Child, in_words
from shell.supervisor.probes import until_ready

if TYPE_CHECKING:
    from collections.abc import Callable

    from shell.supervisor.console import Voice
    from shell.supervisor.specs import Backoff, ServiceSpec

State = Literal["waiting", "starting", "ready", "dead"]

_SLOW_AFTER_S = 20.0


class Keeper:
    """One service and its present child, if it has one.

    `restarts=False` leaves a dead child dead. `on_change` is called whenever pid or state changed.
    """

    def __init__(
        self, spec: ServiceSpec, voice: Voice, *, backoff: Backoff, restarts: bool, on_change: Callable[[], None]
    ) -> None:
        self.spec = spec
        self.state: State = "waiting"
        self.child: Child | None = None
        self._voice = voice
        self._backoff = backoff
        self._restarts = restarts
        self._on_change = on_change
        self._settled = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin keeping it alive."""
        self._task = asyncio.create_task(self._keep(), name=f"keep {self.spec.name}")

    async def settled(self) -> None:
        """Until it was ready once, or has failed to start, or is so slow that nobody should wait for it."""
        await self._settled.wait()

    async def stop(self, budget_s: float) -> None:
        """End it and stop caring about it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self.child is not None:
            await self.child.stop(budget_s)
            self.child = None

    async def _keep(self) -> None:
        failures = 0
        while True:
            started_s = time.monotonic()
            code = await self._live()
            lived_s = time.monotonic() - started_s
            failures = 0 if lived_s >= self._backoff.healthy_after_s else failures
            self._become("dead")
            self._settled.set()
            if not self._restarts:
                self._voice.tell(self.spec.name, f"{in_words(code)} and stays dead (--no-restart)", is_bad=True)
                return
            delay_s = self._backoff.delay_s(failures)
            self._voice.tell(self.spec.name, f"{in_words(code)}; starting again in {delay_s:g} s", is_bad=True)
            await asyncio.sleep(delay_s)
            failures += 1

    async def _live(self) -> int:
        """One life of the service, from start to exit code."""
        starting = asyncio.create_task(Child.start(self.spec, self._voice))
        try:
            self.child = await asyncio.shield(starting)
        except asyncio.CancelledError:
            self.child = await starting  # a start cut half-way would leave a process that nobody knows
            raise
        except OSError as error:
            self._voice.tell(self.spec.name, f"could not be started: {error}", is_bad=True)
            return 127
        self._become("starting")
        watching = asyncio.create_task(self._watch_readiness())
        try:
            code = await self.child.wait()
        finally:
            watching.cancel()
        self.child = None
        return code

    async def _watch_readiness(self) -> None:
        if self.spec.probe is not None:
            slow = asyncio.get_running_loop().call_later(_SLOW_AFTER_S, self._say_slow)
            try:
                await until_ready(self.spec.probe)
            finally:
                slow.cancel()
        self._become("ready")
        self._voice.tell(self.spec.name, self._where())
        self._settled.set()

    def _say_slow(self) -> None:
        self._voice.tell(self.spec.name, f"runs, but is not ready after {_SLOW_AFTER_S:g} s", is_bad=True)
        self._settled.set()

    def _where(self) -> str:
        place = f"ready on {self.spec.url}" if self.spec.url else "running"
        return f"{place} (pid {self.child.pid if self.child else 'gone'})"

    def _become(self, state: State) -> None:
        self.state = state
        self._on_change()
