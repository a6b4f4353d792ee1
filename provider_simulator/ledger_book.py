"""The provider's own book of money calls, the latest of them, so that a wallet can be reconciled against it."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT: Final = 50_000
PAGE: Final = 1_000
MONEY: Final = frozenset({"bet", "win", "rollback"})


class LedgerBook:
    """Remembers each money call by its id; a repeat replaces what was known, and the oldest make room."""

    def __init__(self, *, kept: int = KEPT) -> None:
        self._kept = kept
        self._lines: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def note(self, operation: str, content: Mapping[str, Any], *, at_s: float, answer: str) -> None:
        """Write down a call: `answer` is the wallet's code, or `UNCERTAIN` when there was none."""
        if operation not in MONEY:
            return
        name = str(content["transaction_id"])
        first = self._lines.get(name)
        self._lines[name] = {
            "transaction_id": name,
            "operation": operation,
            "amount": str(content["amount"]),
            "round_id": str(content.get("round_id", "")),
            "bet_transaction_id": content.get("bet_transaction_id"),
            "at_s": first["at_s"] if first else at_s,
            "answer": answer,
        }
        while len(self._lines) > self._kept:
            self._lines.popitem(last=False)

    def page(self, *, since_s: int, until_s: int, after: str = "") -> dict[str, Any]:
        """Calls from `since_s` to before `until_s`, oldest first, after the one named; says where the book begins."""
        found: list[dict[str, Any]] = []
        is_reached = after not in self._lines
        for name, line in self._lines.items():
            if is_reached and since_s <= line["at_s"] < until_s:
                found.append(line)
            is_reached = is_reached or name == after
        begins_s = next(iter(self._lines.values()))["at_s"] if self._lines else None
        more = len(found) > PAGE
        return {"calls": found[:PAGE], "more": more, "begins_s": begins_s}
