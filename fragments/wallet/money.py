"""Play money as whole minor units: how it is read from a text and shown to a player; never a float."""

from __future__ import annotations

import re
from typing import Final

CURRENCY: Final = "CHIP"
SCALE: Final = 100
AMOUNT_MAX: Final = 10**15 - 1
BALANCE_MAX: Final = 9 * 10**18  # a signed 64-bit column, with room to spare
_MINOR: Final = re.compile(r"0|[1-9][0-9]{0,14}")


def parse_minor(text: object) -> int | None:
    """Minor units from their canonical text (`"1250"`); None for anything else, a number or `"01"` included."""
    return int(text) if isinstance(text, str) and _MINOR.fullmatch(text) else None


def show(amount_minor: int) -> str:
    """`123456` → `1,234.56`; a minus sign that screen readers and fonts know as one."""
    whole, rest = divmod(abs(amount_minor), SCALE)
    sign = "\N{MINUS SIGN}" if amount_minor < 0 else ""
    return f"{sign}{whole:,}.{rest:02d}"


def show_signed(amount_minor: int) -> str:
    """Like `show`, with a plus before what came in."""
    return f"+{show(amount_minor)}" if amount_minor > 0 else show(amount_minor)
