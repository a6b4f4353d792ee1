"""Keeps panels that are finished: the same fresh content in the same place is drawn once and then sent as bytes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from fragment_kit.contract.outcome import Fresh
    from shell.composition.panel_press import PanelPress
    from shell.composition.panels import PanelMaker, PanelView, Place
    from shell.gateway.calls import SlotContent

KEPT_BYTES_MAX: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finished:
    """A panel as it goes out."""

    view: PanelView
    html: bytes


class FinishedPanels:
    """Fresh panels by what they say and where; the one unused for longest leaves first.

    Args:
        maker: makes views.
        press: prints them.
        generation: differs whenever a manifest or the registry does, and with them titles, events and frames.
        kept_bytes_max: all panels together.

    """

    def __init__(
        self,
        maker: PanelMaker,
        press: PanelPress,
        *,
        generation: Callable[[], Hashable],
        kept_bytes_max: int = KEPT_BYTES_MAX,
    ) -> None:
        self._maker = maker
        self._press = press
        self._generation = generation
        self._kept_bytes_max = kept_bytes_max
        self._kept: OrderedDict[object, Finished] = OrderedDict()
        self._kept_of = generation()
        self.kept_bytes = 0

    def panel(self, place: Place, outcome: Fresh[SlotContent], locale: str) -> Finished:
        """The panel for content whose state is `fresh`, in which nothing depends on the visit."""
        generation = self._generation()
        if generation != self._kept_of:
            self._kept.clear()
            self._kept_of, self.kept_bytes = generation, 0
        content = outcome.value
        key = (place, locale, content.html, content.feed, content.as_of)
        finished = self._kept.get(key)
        if finished is None:
            return self._keep(key, self._draw(place, outcome, locale))
        self._kept.move_to_end(key)
        return finished

    def _draw(self, place: Place, outcome: Fresh[SlotContent], locale: str) -> Finished:
        view = self._maker.of(place, outcome)
        return Finished(view, self._press.print(view, locale).encode())

    def _keep(self, key: object, finished: Finished) -> Finished:
        self._kept[key] = finished
        self.kept_bytes += len(finished.html)
        while self.kept_bytes > self._kept_bytes_max and self._kept:
            _, oldest = self._kept.popitem(last=False)
            self.kept_bytes -= len(oldest.html)
        return finished
