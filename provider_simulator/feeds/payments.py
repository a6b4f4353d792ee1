"""The payments feed: which play-money top-ups the payment provider takes right now."""

from __future__ import annotations

from typing import Any

from provider_simulator.chance import rfc3339

AMOUNTS = ("1000", "2500", "5000", "10000", "25000", "50000")
DAY_S = 86_400
# The provider closes its books for five minutes a day; top-ups still work then, they only take longer.
BOOKS_CLOSE_S = 4 * 3_600
BOOKS_OPEN_S = BOOKS_CLOSE_S + 300


def payments_at(at_s: float) -> dict[str, Any]:
    """Return the feed's body at unix second `at_s`; amounts are strings of CHIP minor units, smallest first."""
    is_closing = BOOKS_CLOSE_S <= at_s % DAY_S < BOOKS_OPEN_S
    return {
        "as_of": rfc3339(at_s),
        "status": "delayed" if is_closing else "open",
        "amounts": list(AMOUNTS),
        "currency": "CHIP",
    }
