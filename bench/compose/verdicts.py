"""Targets and whether they are met."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One figure, the bound that it has to keep, and on which side of it it is."""

    what: str
    figure: float
    bound: str
    is_met: bool


def at_least(what: str, figure: float, bound: float) -> Verdict:
    """A figure that should be large."""
    return Verdict(what=what, figure=figure, bound=f"≥ {bound:g}", is_met=figure >= bound)


def at_most(what: str, figure: float, bound: float) -> Verdict:
    """A figure that should be small."""
    return Verdict(what=what, figure=figure, bound=f"≤ {bound:g}", is_met=figure <= bound)
