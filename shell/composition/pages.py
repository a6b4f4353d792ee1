"""Renders a page's template once, cut at the places of its panels and of the player's own words; the rest is reuse."""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from django.template.loader import get_template
from django.utils import translation

from shell.composition.assets import stylesheet_urls
from shell.composition.panels import Place
from shell.context import page_context
from shell.players.session_clock import session_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from shell.composition.visits import Visit
    from shell.pages.layouts import Layout
    from shell.registry.manifest_book import ManifestBook

PAGES_MAX: Final = 512
_MARK: Final = f"q{secrets.token_hex(6)}"
_CUTS: Final = re.compile(f"{_MARK}(panel|word)([a-z0-9_]+)q")


@dataclass(frozen=True, slots=True)
class Word:
    """A text of this request in the middle of a page, by name."""

    name: str


Piece: TypeAlias = bytes | Place | Word


@dataclass(frozen=True, slots=True, eq=False)
class CutPage:
    """A page in order: text, places for panels, and words that differ for each request.

    Attributes:
        pieces: all of them.
        places: where panels go.
        fragments: whose panels these are.
        words: the names of the words.

    """

    pieces: tuple[Piece, ...]
    places: tuple[Place, ...]
    fragments: frozenset[str]
    words: frozenset[str]

    @classmethod
    def of(cls, pieces: Iterable[Piece]) -> CutPage:
        every = tuple(pieces)
        places = tuple(piece for piece in every if isinstance(piece, Place))
        words = frozenset(piece.name for piece in every if isinstance(piece, Word))
        return cls(every, places, frozenset(place.fragment for place in places), words)

    def asked(self, query: str, panel: str) -> CutPage:
        """The same page with one panel asked by the query that came with the page."""
        if not (query and panel):
            return self
        return CutPage.of(
            piece._replace(query=query) if isinstance(piece, Place) and piece.name == panel else piece
            for piece in self.pieces
        )


@dataclass(slots=True)
class PlaceMarks:
    """Collects the places that a template marks with `{% panel %}` while it is rendered.

    Attributes:
        alone: the panel that has this page to itself; the header does not show it a second time.

    """

    alone: str = ""
    places: list[Place] = field(default_factory=list)

    def mark(self, place: Place) -> str:
        """The text that stands for the panel until the page is cut."""
        if place.variant == "bar" and place.name == self.alone:
            return ""
        self.places.append(place)
        return f"{_MARK}panel{len(self.places) - 1}q"


class PageCutter:
    """Cuts pages into pieces, once for each page, language, theme, sign-in and set of manifests.

    Args:
        book: accepted manifests; their stylesheets go into the head.
        registry_generation: changes when the registry does.

    """

    def __init__(self, book: ManifestBook, *, registry_generation: Callable[[], int]) -> None:
        self._book = book
        self._registry_generation = registry_generation
        self._pages: OrderedDict[object, CutPage] = OrderedDict()

    def page(self, layout: Layout, visit: Visit, *, alone: Place | None = None) -> CutPage:
        """The page as this visit sees it, but for its panels and words."""
        key = (
            layout.name,
            alone and (alone.name, alone.variant),
            visit.locale,
            visit.theme,
            visit.player is None,
            visit.is_session_unknown,
            self._book.generation,
            self._registry_generation(),
        )
        page = self._pages.get(key)
        if page is None:
            page = self._pages[key] = self._cut(layout, visit, alone)
            if len(self._pages) > PAGES_MAX:
                self._pages.popitem(last=False)
        return page

    def _cut(self, layout: Layout, visit: Visit, alone: Place | None) -> CutPage:
        marks = PlaceMarks(alone=alone.name if alone else "")
        context = self._context(layout, visit, alone) | {"panel_places": marks}
        with translation.override(visit.locale):
            html = get_template(layout.template).render(context)
        texts = _CUTS.split(html)
        pieces: list[Piece] = []
        for text, kind, name in zip(texts[::3], [*texts[1::3], ""], [*texts[2::3], ""], strict=True):
            pieces.append(text.encode())
            if kind:
                pieces.append(marks.places[int(name)] if kind == "panel" else Word(name))
        return CutPage.of(pieces)

    def _context(self, layout: Layout, visit: Visit, alone: Place | None) -> dict[str, Any]:
        # One rendering serves every visit with the same key, so nothing of this one visit may come into it.
        context = page_context(
            player=None,
            cookies={"theme": visit.theme},
            path=layout.path,
            is_session_unknown=visit.is_session_unknown,
        )
        title = layout.title
        if alone is not None:
            spec = self._book.slot(alone.fragment, alone.slot)
            title = spec.title if spec else alone.slot.replace("_", " ").capitalize()
            context["panel"] = {"name": alone.name, "title": title}
        if visit.player is not None:
            context["player"] = {"display_name": _word("display_name")}
            context["session_clock"] = {"elapsed_s": _word("elapsed_s"), "words": _word("session_words")}
        return context | {
            "LANGUAGE_CODE": visit.locale,
            "page_title": title,
            "nav_current": layout.name,
            "stylesheets": stylesheet_urls(self._book),
            "csrf_token": _word("csrf_token"),
            "words": _word("words"),
        }


def words_of(visit: Visit, *, csrf_token: str = "", words: str = "") -> Mapping[str, bytes]:
    """The texts of this request, escaped, by the names that pages use."""
    texts = {"csrf_token": csrf_token, "words": words}
    if visit.player is not None:
        texts["display_name"] = visit.player.display_name
    clock = session_clock(visit.player)
    if clock is not None:
        texts |= {"elapsed_s": str(clock.elapsed_s), "session_words": clock.words}
    return {name: escape(text).encode() for name, text in texts.items()}


def _word(name: str) -> str:
    return f"{_MARK}word{name}q"
