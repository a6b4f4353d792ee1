"""Notices that a slot is back and tells every open page, so that no player has to reload or wait for a timer."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from fragment_kit.resilience.clock import MONOTONIC, Clock
from shell.upkeep.readiness import ask_ready

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    import httpx

    from fragment_kit.resilience.breaker_board import BreakerChange
    from shell.registry.entries import Registry

log = logging.getLogger(__name__)
# The states that a panel should come out of.
HEALING_STATES: Final = frozenset({"stale", "degraded", "unavailable"})
# Open pages spread their refreshes over this long, so that a fragment coming back is not knocked down again.
SPREAD_MS: Final = 3_000
# A slot that leaves again right after it was announced is announced less and less often, up to this.
QUIET_FIRST_S: Final = 3.0
QUIET_LAST_S: Final = 60.0
FORGET_S: Final = 120.0
DEGRADED: Final = frozenset({"stale", "degraded"})
EXPECTED: Final = "expected"
Announce: TypeAlias = "Callable[[Sequence[str], int], Awaitable[None]]"


class Sighting(Protocol):
    """What recovery reads from a panel on its way to a player."""

    @property
    def name(self) -> str: ...

    @property
    def fragment(self) -> str: ...

    @property
    def state(self) -> str: ...

    @property
    def feed(self) -> str: ...

    @property
    def reason(self) -> str: ...


class Breakers(Protocol):
    """The part of the gateway's breakers that recovery may touch."""

    def allow_probe_now(self, group: str) -> None:
        """Let the next call to each slot of a fragment through."""


@dataclass(slots=True)
class _Away:
    """A slot that is not fresh: since when nobody was told, which feed is why, and how often it relapsed.

    `is_seen_well`: a panel of it came out fresh again. `is_proven`: its breaker closed, after calls that succeeded.
    """

    fragment: str
    slot: str
    feed: str = ""
    state: str = "unavailable"
    is_away: bool = True
    quiet_until_s: float = 0.0
    quiet_s: float = QUIET_FIRST_S
    changed_s: float = 0.0
    is_seen_well: bool = False
    is_proven: bool = False


class Recovery:
    """Watches the panels that pass, asks the fragments behind bad ones whether they are ready again, and announces.

    Args:
        client: plain HTTP client.
        registry: the registry in force.
        breakers: told to let a call through again.
        announce: carries slot names to every open page: `await announce(["wallet.balance"], spread_ms)`.
        seen_well: hears of each fragment whose panel came out of an outage, the moment it passes.

    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        registry: Callable[[], Registry],
        breakers: Breakers,
        announce: Announce,
        seen_well: Callable[[str], None] = lambda _fragment: None,
        clock: Clock = MONOTONIC,
    ) -> None:
        self._client = client
        self._registry = registry
        self._breakers = breakers
        self._announce = announce
        self._seen_well = seen_well
        self._clock = clock
        self._slots: dict[str, _Away] = {}

    @property
    def away(self) -> tuple[str, ...]:
        """Names of the slots that are not fresh now, as far as this process has seen."""
        return tuple(name for name, slot in self._slots.items() if slot.is_away and slot.state != EXPECTED)

    @property
    def degraded(self) -> tuple[str, ...]:
        """Those of them that still show something: an older copy, or an answer without one of its feeds."""
        return tuple(name for name, slot in self._slots.items() if slot.is_away and slot.state in DEGRADED)

    def expect(self, fragment: str, slots: Iterable[str]) -> None:
        """A fragment showed itself for the first time: its slots can come out of whatever stands in for them."""
        for slot in slots:
            expected = _Away(fragment, slot, state=EXPECTED, changed_s=self._clock.monotonic())
            self._slots.setdefault(f"{fragment}.{slot}", expected)

    def observe(self, view: Sighting) -> None:
        """Take note of a panel on its way to a player; cheap, because every panel passes here."""
        known = self._slots.get(view.name)
        if view.state not in HEALING_STATES:
            # One player's own retry worked: the next round tells all the others, without waiting for a probe.
            if known is not None and known.is_away and view.state in {"fresh", "empty"}:
                known.feed, known.is_seen_well = "", True
                self._seen_well(known.fragment)
            return
        if known is None:
            known = self._slots[view.name] = _Away(view.fragment, view.name.partition(".")[2])
        elif self._is_on_its_way(known, view):
            return
        if not known.is_away:
            known.is_away = True
            known.quiet_s = min(QUIET_LAST_S, known.quiet_s * 2)
        known.is_seen_well = known.is_proven = False
        known.feed = view.feed
        known.state = view.state
        known.changed_s = self._clock.monotonic()

    def breaker_changed(self, change: BreakerChange) -> None:
        """A breaker that closes after its probes is the best proof there is, whatever the fragment says of itself."""
        known = self._slots.get(f"{change.key.group}.{change.key.name}")
        if known is not None and known.is_away and change.after == "closed" and not change.key.partition:
            known.is_proven = True

    async def look(self) -> tuple[str, ...]:
        """Probe the fragments of slots that are away, once each; returns the names that were announced as back."""
        now_s = self._clock.monotonic()
        self._forget_old(now_s)
        due = [slot for slot in self._slots.values() if slot.is_away and slot.quiet_until_s <= now_s]
        fragments = sorted({slot.fragment for slot in due})
        answers = dict(zip(fragments, await asyncio.gather(*map(self._ready, fragments)), strict=True))
        back = [slot for slot in due if _is_back(slot, answers[slot.fragment])]
        if not back:
            return ()
        for slot in back:
            slot.is_away = slot.is_seen_well = slot.is_proven = False
            slot.changed_s = now_s
            slot.quiet_until_s = now_s + slot.quiet_s
        for fragment in {slot.fragment for slot in back}:
            self._breakers.allow_probe_now(fragment)
        names = tuple(f"{slot.fragment}.{slot.slot}" for slot in back)
        log.info("Back again: %s.", ", ".join(names))
        await self._announce(names, SPREAD_MS)
        return names

    def _is_on_its_way(self, known: _Away, view: Sighting) -> bool:
        """Whether a bad panel only says that it came before the probes were through, just after all were told to look.

        It asks again by itself in a moment; telling everybody once more for its sake would be a second herd.
        """
        is_told = not known.is_away and self._clock.monotonic() < known.quiet_until_s
        return is_told and view.reason == "breaker_open"

    async def _ready(self, fragment: str) -> dict[str, Any] | None:
        """What the fragment says about itself, or None when it does not answer."""
        entry = self._registry().fragments.get(fragment)
        return await ask_ready(self._client, entry.addresses if entry else ())

    def _forget_old(self, now_s: float) -> None:
        over = [name for name, slot in self._slots.items() if not slot.is_away and now_s - slot.changed_s > FORGET_S]
        for name in over:
            del self._slots[name]


def _is_back(slot: _Away, answer: dict[str, Any] | None) -> bool:
    """Whether the cause has gone: the named feed is well again, or the fragment itself is.

    A slot that is degraded and names no feed has a cause that nobody outside can see. Its pages ask again by
    themselves, and the first of them that gets a fresh panel speaks for all.
    """
    if slot.is_proven:
        return True
    if answer is None or answer.get("status") == "down":
        return False
    if not slot.feed:
        return slot.state != "degraded" or slot.is_seen_well
    checks = answer.get("checks")
    check = checks.get(f"feed:{slot.feed}") if isinstance(checks, dict) else None
    return isinstance(check, dict) and check.get("ok") is True
