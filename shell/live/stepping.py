"""Runs a coroutine on the spot and makes a task of it only if it has to wait.

A task for every frame and socket costs more than the frame itself: at 5,000 sockets and four frames a second it is the
difference between a third of a core and all of it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine, Generator


def step(work: Awaitable[None]) -> asyncio.Task[None] | None:
    """Run `work` until it ends (None) or first waits (a task that finishes it); what it raises is raised here."""
    coroutine: Coroutine[Any, Any, None] = work if asyncio.iscoroutine(work) else _awaiting(work)
    try:
        waited_for = coroutine.send(None)
    except StopIteration:
        return None
    return asyncio.ensure_future(_finish(_Rest(coroutine, waited_for)))


class _Rest:
    """The rest of a coroutine that already ran up to its first wait; awaiting it hands that wait to the task."""

    __slots__ = ("_coroutine", "_waited_for")

    def __init__(self, coroutine: Coroutine[Any, Any, None], waited_for: Any) -> None:
        self._coroutine = coroutine
        self._waited_for = waited_for

    def __await__(self) -> Generator[Any, Any, None]:
        try:
            while True:
                try:
                    answer = yield self._waited_for
                except BaseException as error:  # noqa: BLE001  a cancellation belongs to the coroutine, too
                    self._waited_for = self._coroutine.throw(error)
                else:
                    self._waited_for = self._coroutine.send(answer)
        except StopIteration:
            return


async def _finish(rest: _Rest) -> None:
    await rest


async def _awaiting(work: Awaitable[None]) -> None:
    await work
