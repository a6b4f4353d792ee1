"""Shows copies of shared slots that are still fresh: no call, no task, and nobody is told, because nothing is new."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from fragment_kit.contract.outcome import Fresh
from shell.composition.metrics import panels_counted
from shell.gateway.copies import shared_key

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from prometheus_client import Counter

    from shell.composition.finished import Finished, FinishedPanels
    from shell.composition.panels import Place
    from shell.gateway.stale_store import CopyKey, StoredCopy
    from shell.registry.entries import Registry
    from shell.registry.manifest_book import ManifestBook

PLACES_MAX: Final = 4_096


class Copies(Protocol):
    """The part of the gateway's store that is needed here."""

    def fresh(self, key: CopyKey) -> StoredCopy | None:
        """The copy that may be shown without asking, if there is one."""


@dataclass(slots=True)
class _Shelf:
    """Where the copy for a place is found (nowhere for slots that are not shared), and what was made of it last."""

    key: CopyKey | None
    counter: Counter | None = None
    copy: StoredCopy | None = None
    finished: Finished | None = None


class AtHand:
    """Panels that can be shown at once.

    Args:
        copies: the gateway's store.
        finished: draws them.
        book: says which slots are shared.
        registry: the registry in force; a fragment that is listed no more is not shown.
        generation: differs whenever a manifest or the registry does.

    """

    def __init__(
        self,
        copies: Copies,
        *,
        finished: FinishedPanels,
        book: ManifestBook,
        registry: Callable[[], Registry],
        generation: Callable[[], Hashable],
    ) -> None:
        self._copies = copies
        self._finished = finished
        self._book = book
        self._registry = registry
        self._generation = generation
        self._shelves: OrderedDict[tuple[Place, str], _Shelf] = OrderedDict()
        self._shelves_of = generation()

    def panel(self, place: Place, locale: str) -> Finished | None:
        """The finished panel of a shared slot whose copy is fresh; None when a fragment has to be asked."""
        shelf = self._shelf(place, locale)
        if shelf.key is None or shelf.counter is None:
            return None
        copy = self._copies.fresh(shelf.key)
        if copy is None or copy.content.state != "fresh":
            return None
        if copy is not shelf.copy or shelf.finished is None:
            shelf.copy = copy
            shelf.finished = self._finished.panel(place, Fresh(copy.content, copy.as_of), locale)
        shelf.counter.inc()
        return shelf.finished

    def _shelf(self, place: Place, locale: str) -> _Shelf:
        generation = self._generation()
        if generation != self._shelves_of:
            self._shelves.clear()
            self._shelves_of = generation
        shelf = self._shelves.get((place, locale))
        if shelf is None:
            shelf = self._shelves[place, locale] = self._find(place, locale)
            if len(self._shelves) > PLACES_MAX:
                self._shelves.popitem(last=False)
        return shelf

    def _find(self, place: Place, locale: str) -> _Shelf:
        spec = self._book.slot(place.fragment, place.slot) if place.fragment in self._registry().fragments else None
        if spec is None or spec.auth != "none":
            return _Shelf(None)
        counter = panels_counted(place.fragment, place.slot, "fresh", "")
        return _Shelf(shared_key(place.fragment, place.path_of(spec), locale), counter)
