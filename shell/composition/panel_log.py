"""Writes one line for each panel that is not what it should be, and a bounded number of them in an outage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from fragment_kit.contract.outcome import Unavailable
from fragment_kit.resilience.clock import MONOTONIC, Clock
from fragment_kit.serving.logs import logger
from shell.upkeep.recovery import HEALING_STATES

if TYPE_CHECKING:
    from shell.composition.panels import PanelView
    from shell.composition.visits import Visit
    from shell.gateway.calls import SlotOutcome, Trail

# For each panel, state and reason: so many lines at once, and after that so many a second.
BURST: Final = 5.0
LINES_PER_S: Final = 0.5
WORTH_A_LINE: Final = HEALING_STATES | {"blocked"}


class Writer(Protocol):
    """Where lines go: a structured logger."""

    def warning(self, event: str, /, **fields: object) -> object: ...


@dataclass(slots=True)
class _Purse:
    """Lines that may still be written of one kind, and those that were not."""

    lines: float
    filled_s: float
    left_out: int = 0


class PanelLog:
    """The log's share of the record that headers and metrics hold too.

    Args:
        to: takes the lines.
        clock: measures how many there were lately.

    """

    def __init__(self, to: Writer | None = None, *, clock: Clock = MONOTONIC) -> None:
        self._to = to or logger("panels")
        self._clock = clock
        self._purses: dict[tuple[str, str, str], _Purse] = {}

    def note(self, visit: Visit, view: PanelView, outcome: SlotOutcome | None, trail: Trail | None) -> None:
        """Write the line for a panel on its way to a player, if it is worth one and there is room for it."""
        if view.state not in WORTH_A_LINE:
            return
        purse = self._purse((view.name, view.state, view.reason))
        if purse.lines < 1:
            purse.left_out += 1
            return
        purse.lines -= 1
        left_out, purse.left_out = purse.left_out, 0
        self._to.warning(
            "panel not fresh",
            panel=view.name,
            state=view.state,
            reason=view.reason,
            feed=view.feed,
            attempt=visit.attempt,
            request_id=visit.request_id,
            **(_how(trail) if trail else {}),
            # Only here may a host be named: what players get says no more than the reason.
            **({"detail": outcome.detail} if isinstance(outcome, Unavailable) and outcome.detail else {}),
            **({"left_out": left_out} if left_out else {}),
        )

    def _purse(self, kind: tuple[str, str, str]) -> _Purse:
        now_s = self._clock.monotonic()
        purse = self._purses.get(kind)
        if purse is None:
            purse = self._purses[kind] = _Purse(BURST, now_s)
        purse.lines = min(BURST, purse.lines + (now_s - purse.filled_s) * LINES_PER_S)
        purse.filled_s = now_s
        return purse


def _how(trail: Trail) -> dict[str, object]:
    return {
        "took_ms": round(trail.took_ms, 1),
        "queued_ms": round(trail.queued_ms, 1),
        "sent": trail.attempts,
        "status": trail.status,
        "breaker": trail.breaker,
        "cache": trail.cache,
    }
