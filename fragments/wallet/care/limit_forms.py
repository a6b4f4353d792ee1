"""Reads the form of a limit: an amount as players write it, or a sentence that says what to write instead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from fragments.wallet.care.limits import COMBINATIONS
from fragments.wallet.money import SCALE

if TYPE_CHECKING:
    from typing import Literal

    from django.http import QueryDict

    from fragments.wallet.care.ceilings import Kind
    from fragments.wallet.care.windows import Period

_CHIPS: Final = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,2}))?")
_MINUTES: Final = re.compile(r"[0-9]{1,5}")
MINUTES_MAX: Final[dict[str, int]] = {"day": 24 * 60, "week": 7 * 24 * 60, "month": 31 * 24 * 60}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLimit:
    """A limit as asked for; `amount` None asks for none."""

    kind: Kind
    period: Period | Literal["bet"]
    amount: int | None


def read_limit(form: QueryDict) -> AskedLimit | str:
    """What the form asks for, or why it cannot be read."""
    kind, period = form.get("kind", ""), form.get("period", "")
    if (kind, period) not in COMBINATIONS:
        return "Choose a limit and the time it is for."
    amount = None
    if form.get("remove") != "yes":
        text = form.get("amount", "").strip().replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
        amount = _minutes(text, period) if kind == "time" else _chips(text)
        if amount is None and kind == "time":
            return f"Write whole minutes from 1 to {MINUTES_MAX[period]}, such as 90."
        if amount is None:
            return "Write an amount in chips, such as 50 or 12.50."
    return AskedLimit(kind=cast("Kind", kind), period=cast("Period", period), amount=amount)


def _chips(text: str) -> int | None:
    """Minor units; zero is a limit too: it stops that kind altogether."""
    found = _CHIPS.fullmatch(text)
    if found is None:
        return None
    return int(found[1]) * SCALE + int((found[2] or "0").ljust(2, "0"))


def _minutes(text: str, period: str) -> int | None:
    minutes = int(text) if _MINUTES.fullmatch(text) else 0
    return minutes if 0 < minutes <= MINUTES_MAX[period] else None
