"""The fragments to compose: which slots there are, how they may be cached, and who of them hangs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

BODY_BYTES: Final = 2048
TIMEOUT_MS: Final = 300
NO_STORE: Final = "no-store"
FOR_AN_HOUR: Final = "public, max-age=3600"


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchSlot:
    """One slot as its fragment would publish it; `hangs` means that it is never answered."""

    fragment: str
    name: str
    auth: str = "optional"
    caching: str = NO_STORE
    hangs: bool = False

    @property
    def path(self) -> str:
        return f"/slots/{self.name}"

    @property
    def body(self) -> str:
        """One root element of exactly 2 kB, with its own name in it; links and lists as in a real panel."""
        prefix = f"{self.fragment.replace('_', '-')}-{self.name}"
        head = f"<div class='{prefix}' id='{prefix}'><h3>{prefix}</h3><ul>"
        tail = "</ul></div>"
        rows: list[str] = []
        while True:
            row = f"<li class='{prefix}-row'><a href='/f/{self.fragment}/{self.name}?row={len(rows)}'>{prefix}</a></li>"
            if len(head) + sum(map(len, rows)) + len(row) + len(tail) > BODY_BYTES:
                break
            rows.append(row)
        filled = head + "".join(rows)
        return filled + " " * (BODY_BYTES - len(filled) - len(tail)) + tail

    @property
    def marker(self) -> str:
        """A text that only this slot's body has."""
        return f"<h3>{self.fragment.replace('_', '-')}-{self.name}</h3>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deck:
    """The slots of one case, four of them on the home page; the wallet's are in the header of signed-in players."""

    name: str
    slots: tuple[BenchSlot, ...]

    @property
    def fragments(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(slot.fragment for slot in self.slots))

    @property
    def on_page(self) -> tuple[BenchSlot, ...]:
        """The four that every system composes."""
        return tuple(slot for slot in self.slots if slot.fragment != "wallet")

    def manifest(self, fragment: str) -> str:
        """The fragment's manifest as JSON."""
        slots = {
            slot.name: {
                "path": slot.path,
                "title": slot.name.capitalize(),
                "timeout_ms": TIMEOUT_MS,
                "auth": slot.auth,
                "stale": {"policy": "never", "max_age_s": 0},
                "fallback": "<p>Not available.</p>",
            }
            for slot in self.slots
            if slot.fragment == fragment
        }
        return json.dumps({"contract": 1, "name": fragment, "version": "1.0.0", "owner": "bench", "slots": slots})


def _deck(name: str, *, auth: str = "optional", caching: str = NO_STORE, hanging: str = "") -> Deck:
    places = (("live_dealer", "tables"), ("lobby", "games"), ("lobby", "board"), ("promotions", "offers"))
    slots = tuple(
        BenchSlot(fragment=fragment, name=slot, auth=auth, caching=caching, hangs=slot == hanging)
        for fragment, slot in places
    )
    own = (BenchSlot(fragment="wallet", name=slot, auth="player") for slot in ("balance", "standing"))
    return Deck(name=name, slots=(*slots, *own))


# `optional`: every page asks all four fragments, as the peers do. `none`: players may share one call under way.
OWN: Final = _deck("own")
SHARED: Final = _deck("shared", auth="none")
OUTAGE: Final = _deck("outage", hanging="offers")
CACHEABLE: Final = _deck("cacheable", auth="none", caching=FOR_AN_HOUR)
DECKS: Final = (OWN, SHARED, OUTAGE, CACHEABLE)
