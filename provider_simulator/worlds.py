"""One world of provider data: a seed and a clock in, four feeds out; the same moment shows the same world."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from provider_simulator.feeds.catalogue import PAGE_LIMIT, Catalogue
from provider_simulator.feeds.offers import offers_at
from provider_simulator.feeds.payments import payments_at
from provider_simulator.feeds.tables import tables_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class BadQuery(Exception):
    """A call's query cannot be used; the text says which part and what to send."""


class World:
    """Answers every feed as JSON bytes; `now` returns unix seconds and is the only thing that moves."""

    def __init__(self, *, seed: int, now: Callable[[], float] = time.time) -> None:
        self._seed = seed
        self._now = now
        self.catalogue = Catalogue.of_seed(seed)
        # A second's tables cost about 2 ms to make and are asked for several times within it.
        self._tables: tuple[int, bytes] = (-1, b"")

    def now(self) -> float:
        """Return the world's time in unix seconds."""
        return self._now()

    def payments(self, query: Mapping[str, str]) -> bytes:
        """Return the payments feed; it takes no query."""
        _refuse_unknown(query, known=())
        return _json(payments_at(self._now()))

    def tables(self, query: Mapping[str, str]) -> bytes:
        """Return the tables feed; it takes no query."""
        _refuse_unknown(query, known=())
        second = int(self._now())
        if self._tables[0] != second:
            self._tables = (second, _json(tables_at(self._seed, second)))
        return self._tables[1]

    def offers(self, query: Mapping[str, str]) -> bytes:
        """Return the offers feed; it takes no query."""
        _refuse_unknown(query, known=())
        return _json(offers_at(self._seed, self._now()))

    def catalogue_page(self, query: Mapping[str, str]) -> bytes:
        """Return one page of the catalogue feed: `since` is a cursor, `limit` at most 500 changes."""
        _refuse_unknown(query, known=("since", "limit"))
        since = _whole(query, "since", default=0, low=0, high=10**15)
        limit = _whole(query, "limit", default=PAGE_LIMIT, low=1, high=PAGE_LIMIT)
        return _json(self.catalogue.page(self._now(), since=since, limit=limit))


def _whole(query: Mapping[str, str], name: str, *, default: int, low: int, high: int) -> int:
    text = query.get(name, str(default))
    # str.isdigit alone would let through digits of other scripts that int() reads and a log does not show.
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(high)) and low <= int(text) <= high):
        raise BadQuery(f"{name}={text[:40]!r} is not usable; send a whole number from {low} to {high}.")
    return int(text)


def _refuse_unknown(query: Mapping[str, str], *, known: tuple[str, ...]) -> None:
    unknown = sorted(set(query) - set(known))
    if unknown:
        allowed = f"only {', '.join(known)}" if known else "no query at all"
        raise BadQuery(f"This feed does not know {unknown[0][:40]!r}; it takes {allowed}.")


def _json(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
