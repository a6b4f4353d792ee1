"""One question to the books, and the few words that the two databases spell differently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_HYPHENS: Final = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))


@dataclass(frozen=True, slots=True)
class Check:
    """A rule by the number it has in the design, in plain words, with the query that finds what breaks it.

    `{text:<column>}` stands for an id the way events spell it. `breaches_postgresql` takes the place of `breaches` on
    PostgreSQL where the two have nothing in common.
    """

    invariant: str
    rule: str
    breaches: str
    breaches_postgresql: str = ""

    def query(self, vendor: str) -> str:
        """The SQL for a database vendor as Django names it."""
        chosen = self.breaches_postgresql if vendor == "postgresql" and self.breaches_postgresql else self.breaches
        for column in ("w.id", "t.id", "t.wallet_id"):
            chosen = chosen.replace(f"{{text:{column}}}", _as_text(column, vendor))
        return chosen


def _as_text(column: str, vendor: str) -> str:
    """SQLite keeps ids without hyphens; PostgreSQL has a type for them."""
    if vendor == "postgresql":
        return f"CAST({column} AS text)"
    return " || '-' || ".join(f"substr({column}, {start}, {length})" for start, length in _HYPHENS)
