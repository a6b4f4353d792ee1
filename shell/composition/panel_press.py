"""Prints panels: the template runs once for each shape of panel, after that only the changing words are put in."""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any, Final

from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import mark_safe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shell.composition.panels import PanelView

TEMPLATE: Final = "composition/panel.html"
SHAPES_MAX: Final = 2_048
# A random word stands in for each changing text while the template runs. It survives any filter that leaves letters
# alone, and nobody can put it into a page from outside.
_MARK: Final = f"q{secrets.token_hex(6)}"
_PLACES: Final = re.compile(f"{_MARK}([a-z_]+)q")


class PanelPress:
    """Renders panel views to HTML.

    Args:
        render: runs the panel template for one view; the default is the shell's own template.
        shapes_max: how many shapes are remembered; the one used longest ago is forgotten first.

    """

    def __init__(self, render: Callable[[PanelView], str] | None = None, *, shapes_max: int = SHAPES_MAX) -> None:
        self._render = render or render_panel
        self._shapes: OrderedDict[object, list[str]] = OrderedDict()
        self._shapes_max = shapes_max

    def print(self, view: PanelView, locale: str) -> str:
        """The panel as HTML, every changing text escaped except the clean content."""
        texts = {
            "html": view.html,
            "url": escape(view.url),
            "reference": escape(view.reference),
            "as_of": escape(view.as_of),
            "age_words": escape(view.age_words),
            "age_s": "" if view.age_s is None else str(view.age_s),
        }
        parts = self._parts(view, texts, locale)
        parts[1::2] = [texts[name] for name in parts[1::2]]
        return "".join(parts)

    def _parts(self, view: PanelView, texts: Mapping[str, str], locale: str) -> list[str]:
        key = (_shape_of(view), *map(bool, texts.values()), locale)
        parts = self._shapes.get(key)
        if parts is None:
            parts = self._shapes[key] = self._press(view, texts, locale)
            if len(self._shapes) > self._shapes_max:
                self._shapes.popitem(last=False)
        else:
            self._shapes.move_to_end(key)
        return parts.copy()

    def _press(self, view: PanelView, texts: Mapping[str, str], locale: str) -> list[str]:
        marks: dict[str, Any] = {name: mark_safe(f"{_MARK}{name}q") for name, text in texts.items() if text}  # noqa: S308 -- our own mark, not content
        with translation.override(locale):
            return _PLACES.split(self._render(replace(view, **marks)))


def _shape_of(view: PanelView) -> tuple[object, ...]:
    """All that the template may branch on; two views with the same shape differ only in the changing texts."""
    place = view.place
    return (
        place.fragment,
        place.slot,
        place.variant,
        view.title,
        view.state,
        view.reason,
        view.feed,
        view.attempt,
        view.retry_in_s,
        view.refresh_events,
        view.min_height_rem,
        view.is_essential,
        view.sentence,
        view.kept,
        view.action_url,
    )


def render_panel(view: PanelView) -> str:
    """Run the panel template for one view."""
    return get_template(TEMPLATE).render({"panel": view})
