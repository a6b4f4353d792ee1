"""Lets an edge that speaks ESI put pages together: the page names its panels, and the edge asks for each of them.

Only an edge that the operator trusts may ask for this, by `Surrogate-Capability`. A personal panel is asked for with
the player's own cookies and kept by nobody. A panel that all players share has an address of its own, so that the edge
can ask for it without cookies and keep it for as long as the fragment allows.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from shell.composition.answers import header

if TYPE_CHECKING:
    from shell.composition.answers import Headers
    from shell.composition.dealer import Dealt
    from shell.composition.panels import Place
    from shell.composition.visits import Visit
    from shell.registry.manifest_book import ManifestBook

PERSONAL: Final = "esi"
SHARED: Final = "esi-shared"
SPEAKS_ESI: Final = re.compile(r"=\s*\"?[^\",;]*\bESI/1\.0")
# The edge is told what to do with an answer by a header that never reaches a browser.
PAGE: Final = header("Surrogate-Control", 'content="ESI/1.0"')
NOT_KEPT: Final = header("Surrogate-Control", "no-store")
VARY: Final = header("Vary", "HX-Request, Accept-Language")


class EdgeIncludes:
    """Knows who may get pages with includes, and writes these.

    Args:
        book: says which slots all players share.
        is_trusted: whether the operator put an edge in front that may speak ESI.

    """

    def __init__(self, book: ManifestBook, *, is_trusted: bool) -> None:
        self._book = book
        self._is_trusted = is_trusted

    def wants_page(self, visit: Visit) -> bool:
        """Whether this page goes to an edge that will fill in the panels; a player's own `compose` comes first."""
        return self._speaks(visit) and "compose" not in visit.own

    def wants_panel(self, visit: Visit) -> bool:
        """Whether this is an edge's request for one panel of a page."""
        return self._speaks(visit) and visit.own.get("compose") in {PERSONAL, SHARED}

    def tag(self, place: Place) -> str:
        """What stands in a page for a panel."""
        way = SHARED if self._is_shared(place) else PERSONAL
        return f'<esi:include src="{escape(place.url(compose=way))}"/>'

    def headers(self, visit: Visit, panel: Dealt) -> Headers:
        """What the edge may do with a panel: nothing, unless it is shared, was asked for as such, and is fresh."""
        is_shared = visit.own.get("compose") == SHARED and visit.player is None and self._is_shared(panel.view.place)
        if is_shared and panel.shared_s > 0:
            return (VARY, header("Surrogate-Control", f"max-age={panel.shared_s}"))
        return (VARY, NOT_KEPT)

    def _is_shared(self, place: Place) -> bool:
        spec = self._book.slot(place.fragment, place.slot)
        return spec is not None and spec.auth == "none"

    def _speaks(self, visit: Visit) -> bool:
        return self._is_trusted and SPEAKS_ESI.search(visit.headers.get("surrogate-capability", "")) is not None
