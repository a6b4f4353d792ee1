"""Looks names of fragments up beside the calls, checks what comes back, and lets the wire dial nothing else."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from fragment_kit.resilience.clock import MONOTONIC, Clock
from fragment_kit.resilience.single_flight import SingleFlight
from shell.gateway.failures import CallFailed
from shell.registry.dialable import dialable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    LookUp: TypeAlias = Callable[[str], Awaitable[list[str]]]

# Longer than any call, shorter than a rollout: a service that moves is found again while its old address still drains.
GOOD_FOR_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class _Found:
    address: str
    until_s: float


class Names:
    """Addresses of names, each of them checked, so that no name can lead to where an address may not.

    Args:
        look_up: the addresses of a name, in order of preference; raises OSError.
        clock: measures how old an answer is.

    """

    def __init__(self, look_up: LookUp | None = None, *, clock: Clock = MONOTONIC) -> None:
        self._look_up = look_up or look_up_by_system
        self._clock = clock
        self._found: dict[str, _Found] = {}
        self._flights: SingleFlight[str] = SingleFlight()
        self._renewals: set[asyncio.Task[str]] = set()

    async def address_of(self, name: str) -> str:
        """The address to dial for `name`; raises CallFailed when there is none, or none that may be dialled.

        Only the first caller ever waits. An answer that has grown old is used once more while a new one is fetched, so
        a name server that hangs costs no player anything.
        """
        found = self._found.get(name)
        if found is None:
            return await self._ask(name)
        if self._clock.monotonic() >= found.until_s and not self._flights.is_flying(name):
            task = asyncio.ensure_future(self._ask(name))
            self._renewals.add(task)
            task.add_done_callback(self._renewed)
        return found.address

    def forget(self, name: str) -> None:
        """Look `name` up anew at the next call: nobody listens at the address it had."""
        self._found.pop(name, None)

    async def _ask(self, name: str) -> str:
        return await self._flights.run(name, lambda: self._find(name))

    async def _find(self, name: str) -> str:
        try:
            good, sentence = dialable(await self._look_up(name), name=name)
        except (OSError, UnicodeError) as error:
            raise _no_address(f"{name!r} is not known: {error}") from error
        if not good:
            self.forget(name)
            raise _no_address(f"{name!r}: {sentence or 'no address was found'}")
        self._found[name] = _Found(good[0], self._clock.monotonic() + GOOD_FOR_S)
        return good[0]

    def _renewed(self, task: asyncio.Task[str]) -> None:
        self._renewals.discard(task)
        if not task.cancelled():
            task.exception()  # the address from before stays in use unless it is forbidden now


async def look_up_by_system(name: str) -> list[str]:
    """What the machine itself would dial for `name`."""
    found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def _no_address(detail: str) -> CallFailed:
    return CallFailed(reason="connection_refused", detail=detail, was_sent=False, has_answer=False)
