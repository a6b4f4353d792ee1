"""Runs the whole set of services: starts them wave by wave, writes down who runs where, stops them in order."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from typing import TYPE_CHECKING

from shell.supervisor.keeper import Keeper
from shell.supervisor.specs import Backoff, StopBudget, StopPhase

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from shell.supervisor.console import Voice
    from shell.supervisor.specs import ServiceSpec


class Supervisor:
    """Every service of one stack.

    `roster` is the file (`run/services.json`) that says for each service its pid, address and state.
    """

    def __init__(
        self,
        *,
        voice: Voice,
        roster: Path,
        restarts: bool = True,
        backoff: Backoff | None = None,
        budget: StopBudget | None = None,
    ) -> None:
        self._voice = voice
        self._roster = roster
        self._restarts = restarts
        self._backoff = backoff or Backoff()
        self._budget = budget or StopBudget()
        self._keepers: dict[str, Keeper] = {}

    async def start(self, wave: Iterable[ServiceSpec]) -> None:
        """Start these at once, and come back when each is ready or known not to become so."""
        keepers = [self._adopt(spec) for spec in wave]
        for keeper in keepers:
            keeper.start()
        await asyncio.gather(*(keeper.settled() for keeper in keepers))

    async def stop(self) -> None:
        """End every child: askers before answerers, the store last."""
        for phase in StopPhase:
            leaving = [keeper for keeper in self._keepers.values() if keeper.spec.stop_phase is phase]
            await asyncio.gather(*(keeper.stop(self._budget.of(phase)) for keeper in leaving))
        self._roster.unlink(missing_ok=True)

    def kill(self) -> None:
        """Cut every child off at once; `stop` then only has to collect them."""
        for keeper in self._keepers.values():
            if keeper.child is not None:
                keeper.child.send(signal.SIGKILL)

    def not_ready(self) -> Sequence[str]:
        """Names of services that are not ready now."""
        return [name for name, keeper in self._keepers.items() if keeper.state != "ready"]

    def _adopt(self, spec: ServiceSpec) -> Keeper:
        keeper = Keeper(spec, self._voice, backoff=self._backoff, restarts=self._restarts, on_change=self._write_roster)
        self._keepers[spec.name] = keeper
        return keeper

    def _write_roster(self) -> None:
        entries: dict[str, dict[str, object]] = {"supervisor": {"pid": os.getpid(), "url": None, "state": "ready"}}
        for name, keeper in self._keepers.items():
            pid = keeper.child.pid if keeper.child else None
            entries[name] = {"pid": pid, "url": keeper.spec.url, "state": keeper.state}
        draft = self._roster.with_suffix(".new")
        try:
            draft.write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
            draft.replace(self._roster)
        except OSError as error:  # a full disk costs QA a file, not the players their services
            self._voice.tell("serve", f"{self._roster} could not be written: {error}", is_bad=True)
