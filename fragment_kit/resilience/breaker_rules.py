"""When a breaker opens, how it comes back, and what it shows of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fragment_kit.resilience.window import Tally

BreakerState = Literal["closed", "open", "half_open"]
Override = Literal["open", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRules:
    """When to open and how to come back; times in seconds, parts between 0 and 1.

    Attributes:
        window_s: how far back calls count.
        calls_min: fewer calls than this in the window decide nothing.
        failed_part: this part failed: open.
        slow_part: this part was slow: open.
        open_s: first pause; doubles with every failed return.
        open_s_max: longest pause, also for what a `Retry-After` may ask.
        jitter_part: each pause is longer or shorter by up to this part, so that processes do not return in step.
        successes_to_close: probes that must succeed in a row.
        probe_grace_s: a probe that has said nothing this long after its limit counts as failed.
    """

    window_s: int = 10
    calls_min: int = 10
    failed_part: float = 0.5
    slow_part: float = 0.8
    open_s: float = 5.0
    open_s_max: float = 60.0
    jitter_part: float = 0.2
    successes_to_close: int = 2
    probe_grace_s: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerSnapshot:
    """A breaker as the status page shows it; times in seconds from now."""

    state: BreakerState
    override: Override | None
    override_left_s: float
    retry_after_s: float
    openings: int
    is_probing: bool
    tally: Tally
