"""Turns a settled bet into points; plain arithmetic, so that anybody can check a board by hand."""

from __future__ import annotations

from typing import Final

BASIS_POINTS_PER_POINT: Final = 100
"""One point for each hundredth of the stake that came back: a return of 2.5 times (25,000 bp) is 250 points."""

BET_POINTS_MAX: Final = 5_000
"""What one bet can bring, a return of 50 times: one lucky spin does not decide a day."""


def bet_points(multiplier_bp: int) -> int:
    """Points of one bet from everything it has returned, in basis points of its stake.

    The amount staked has no place here: a bet of 0.10 and one of 100.00 with the same return bring the same points.
    """
    if multiplier_bp < 0:
        raise ValueError(f"multiplier_bp is {multiplier_bp}; a bet cannot return less than nothing.")
    return min(multiplier_bp // BASIS_POINTS_PER_POINT, BET_POINTS_MAX)


def place_key(*, points: int, reached_seq: int, player: str) -> tuple[int, int, str]:
    """Sorts a board: more points first; of equals, who reached them first; then by id, so that the order is total."""
    return (-points, reached_seq, player)
