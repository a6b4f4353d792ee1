"""A whole running Croupier for tests: real processes on free ports, with files of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from shell.supervisor.lifeline import tied_to_parent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Self

ROOT = Path(__file__).resolve().parents[1]
START_LIMIT_S = 60.0
_POLL_S = 0.02
# Addresses and databases of the person who runs the tests must not leak into a stack with its own.
_FOREIGN = ("REDIS_URL", "DATABASE_URL", "FRAGMENTS_FILE", "WALLET_URL", "PROVIDER_URL", "PORT", "VAR_DIR")


class StackFailed(AssertionError):
    """The stack did not do what was asked in time; the message ends with its last log lines."""


@dataclass(slots=True, kw_only=True)
class Stack:
    """A running stack. `var` holds its databases, its log (`serve.log`) and `run/services.json`.

    Service names: shell, wallet, live_dealer, promotions, lobby, simulator, valkey, and `<fragment>-work`.
    """

    var: Path
    process: subprocess.Popen[bytes]
    owns_var: bool

    @classmethod
    def start(
        cls,
        *,
        only: Iterable[str] = (),
        env: Mapping[str, str] | None = None,
        options: Iterable[str] = (),
        var: Path | None = None,
    ) -> Self:
        """Start `manage.py serve` on free ports and come back when everything asked for is ready.

        `only` names services (default: all), `options` are further words such as `--no-restart` or `--no-bots`,
        `var` keeps its files after `stop` (default: a temporary folder). Raises StackFailed after a minute.
        """
        folder = var or Path(tempfile.mkdtemp(prefix="croupier-"))
        folder.mkdir(parents=True, exist_ok=True)
        words = ["--free-ports", *(("--only", ",".join(only)) if only else ()), *options]
        inherited = {key: value for key, value in os.environ.items() if key not in _FOREIGN}
        with (folder / "serve.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "serve", *words],
                cwd=ROOT,
                env={**inherited, **(env or {}), "VAR_DIR": str(folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
                # A test run that is killed takes its stacks along, and each of them its children.
                preexec_fn=tied_to_parent(signal.SIGTERM),  # noqa: PLW1509 — runs one system call
            )
        stack = cls(var=folder, process=process, owns_var=var is None)
        try:
            stack._wait_for_opening()
        except BaseException:
            stack.stop()
            raise
        return stack

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.stop()

    @property
    def shell_url(self) -> str:
        """The address of the shell, without a slash at the end."""
        return self.url("shell")

    def url(self, service: str) -> str:
        """The address of a service, without a slash at the end."""
        return str(self._services()[service]["url"])

    def pid(self, service: str) -> int | None:
        """The pid of a service now; None while it is dead."""
        pid = self._services()[service]["pid"]
        return pid if isinstance(pid, int) else None

    def names(self) -> list[str]:
        """Every service of this stack, in the order of their start."""
        return list(self._services())

    def log(self) -> str:
        """Everything that `serve` printed until now."""
        return (self.var / "serve.log").read_text(encoding="utf-8", errors="replace")

    def kill(self, service: str, which: signal.Signals = signal.SIGKILL) -> int:
        """Signal a service (SIGSTOP and SIGCONT too) and answer the pid that got it."""
        pid = self.pid(service)
        if pid is None:
            message = f"{service} is not running, so it cannot be sent {which.name}."
            raise StackFailed(message)
        os.kill(pid, which)
        return pid

    def restart(self, service: str, limit_s: float = 20.0) -> int:
        """Kill a service and wait until its successor is ready; answers the new pid. Not with `--no-restart`."""
        old = self.kill(service)
        self.wait_until(
            lambda: self.pid(service) not in {old, None} and self._services()[service]["state"] == "ready",
            f"have {service} back",
            limit_s,
        )
        return self.pid(service) or 0

    def feed(self, name: str, mode: str) -> None:
        """Set a provider's feed to `up`, `down` or `hang`."""
        address = f"{self.url('simulator')}/control/feeds/{name}"
        # Loopback only: a proxy of the person who runs the tests has no business here.
        httpx.post(address, json={"mode": mode}, trust_env=False, timeout=5).raise_for_status()

    def wait_until(self, holds: Callable[[], bool], what: str, limit_s: float = 10.0) -> None:
        """Until `holds()`; a StackFailed that names `what` otherwise."""
        deadline_s = time.monotonic() + limit_s
        while not holds():
            if self.process.poll() is not None:
                message = f"serve ended with exit code {self.process.returncode} and could not {what}.\n{self._tail()}"
                raise StackFailed(message)
            if time.monotonic() > deadline_s:
                message = f"The stack did not {what} within {limit_s:g} s.\n{self._tail()}"
                raise StackFailed(message)
            time.sleep(_POLL_S)

    def stop(self) -> int:
        """End everything as `kill -TERM` does; answers the exit code of `serve`."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            code = self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        if self.owns_var:
            shutil.rmtree(self.var, ignore_errors=True)
        return code

    def _wait_for_opening(self) -> None:
        self.wait_until(lambda: "Ctrl-C stops everything" in self.log(), "open", START_LIMIT_S)
        if "Not ready:" in self.log():
            message = f"Not every service became ready.\n{self._tail()}"
            raise StackFailed(message)

    def _services(self) -> dict[str, dict[str, object]]:
        with contextlib.suppress(FileNotFoundError):
            services: dict[str, dict[str, object]] = json.loads(
                (self.var / "run" / "services.json").read_text(encoding="utf-8")
            )
            return services
        message = f"The stack does not run, so it has no services.\n{self._tail()}"
        raise StackFailed(message)

    def _tail(self) -> str:
        return "\n".join(self.log().splitlines()[-30:])
