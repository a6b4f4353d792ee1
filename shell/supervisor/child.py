"""One running process: started in its own group, its lines passed on, stopped politely and then not."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from typing import TYPE_CHECKING

from shell.supervisor.lifeline import tied_to_parent

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from shell.supervisor.console import Voice
    from shell.supervisor.specs import ServiceSpec

_CHUNK_BYTES = 64 * 1024
_LINE_BYTES_MAX = 8 * 1024
# A grandchild that left the group may hold the pipe open; last words are worth this long and no longer.
_LAST_WORDS_S = 0.5


class Child:
    """A started process of one service."""

    def __init__(self, spec: ServiceSpec, process: Process, voice: Voice) -> None:
        self.spec = spec
        self.pid = process.pid
        self._process = process
        self._pump = asyncio.create_task(_relay_lines(process, spec, voice))

    @classmethod
    async def start(cls, spec: ServiceSpec, voice: Voice) -> Child:
        """Start it. A group of its own keeps the terminal's Ctrl-C away: the supervisor stops children in order."""
        process = await asyncio.create_subprocess_exec(
            *spec.command,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            cwd=spec.folder,
            env=dict(spec.environment),
            process_group=0,
            preexec_fn=tied_to_parent(),
        )
        return cls(spec, process, voice)

    async def wait(self) -> int:
        """Until it and all it started are gone and its last line is passed on; negative means killed by that signal."""
        code = await self._process.wait()
        self.send(signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_S):
                await self._pump
        return code

    async def stop(self, budget_s: float) -> None:
        """SIGTERM, and SIGKILL for whatever of its group is left when the budget is spent."""
        # SIGCONT, because a child that somebody stopped with SIGSTOP would otherwise never read the SIGTERM.
        self.send(signal.SIGTERM)
        self.send(signal.SIGCONT)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(budget_s):
                await self._process.wait()
        self.send(signal.SIGKILL)
        await self.wait()

    def send(self, which: signal.Signals) -> None:
        """Signal the child and everything it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, which)


async def _relay_lines(process: Process, spec: ServiceSpec, voice: Voice) -> None:
    assert process.stdout is not None  # noqa: S101 — stdout=PIPE above
    rest = b""
    while chunk := await process.stdout.read(_CHUNK_BYTES):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            _relay(line, spec, voice)
        if len(rest) > _LINE_BYTES_MAX:  # a line without an end must not fill the memory
            _relay(rest, spec, voice)
            rest = b""
    if rest:
        _relay(rest, spec, voice)


def _relay(raw: bytes, spec: ServiceSpec, voice: Voice) -> None:
    line = raw.decode("utf-8", "replace").rstrip()
    if line and not any(known in line for known in spec.hush):
        voice.relay(spec.name, line)


def in_words(code: int) -> str:
    """An exit code as a person says it."""
    if code >= 0:
        return f"ended with exit code {code}"
    with contextlib.suppress(ValueError):
        return f"was killed by {signal.Signals(-code).name}"
    return f"was killed by signal {-code}"
