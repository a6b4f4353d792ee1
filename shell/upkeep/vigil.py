"""Notices that a fragment or one of its feeds has gone, and tells every open page, so that no page shows a dead panel.

Recovery tells the good news; this is the bad news. Without it an open page would show yesterday's tables as today's
until its player reloads.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from fragment_kit.resilience.clock import MONOTONIC, Clock
from shell.upkeep.readiness import ask_ready, troubles_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import httpx

    from shell.registry.entries import Registry
    from shell.upkeep.recovery import Announce

log = logging.getLogger(__name__)
# Bad news is spread over less time than good news: the pages ask something that answers at once, or not at all.
SPREAD_MS: Final = 1_000
# A fragment that flaps is announced at most this often; its panels also ask again by themselves.
QUIET_S: Final = 3.0


class Vigil:
    """Asks every fragment in turns; `slots_of` names the slots that a fragment's manifest offers."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        registry: Callable[[], Registry],
        slots_of: Callable[[str], Iterable[str]],
        announce: Announce,
        clock: Clock = MONOTONIC,
    ) -> None:
        self._client = client
        self._registry = registry
        self._slots_of = slots_of
        self._announce = announce
        self._clock = clock
        self._told: dict[str, frozenset[str]] = {}
        self._quiet_until_s: dict[str, float] = {}

    async def look(self) -> tuple[str, ...]:
        """Ask every fragment once; returns the names of the slots whose pages were told to look."""
        fragments = self._registry().fragments
        answers = await asyncio.gather(*(ask_ready(self._client, entry.addresses) for entry in fragments.values()))
        worse = [name for name, answer in zip(fragments, answers, strict=True) if self._is_worse(name, answer)]
        slots = tuple(f"{name}.{slot}" for name in worse for slot in self._slots_of(name))
        if slots:
            await self._announce(slots, SPREAD_MS)
        return slots

    def forget(self, fragment: str) -> None:
        """A panel of this fragment is well again: trouble at the next look is news, however short the peace was."""
        self._told.pop(fragment, None)

    def _is_worse(self, fragment: str, answer: dict[str, object] | None) -> bool:
        troubles = troubles_of(answer)
        told = self._told.get(fragment, frozenset()) & troubles
        self._told[fragment] = told
        now_s = self._clock.monotonic()
        if troubles == told or now_s < self._quiet_until_s.get(fragment, 0.0):
            return False
        self._told[fragment] = troubles
        self._quiet_until_s[fragment] = now_s + QUIET_S
        log.info("Gone: %s (%s).", fragment, ", ".join(sorted(troubles - told)))
        return True
