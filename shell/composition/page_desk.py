"""Answers with whole pages: the composed ones, a panel opened as a link, and the ones that say no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shell.composition.answers import HTML, NO_STORE, NOSNIFF, VARY, Answer, html_answer, send_answer
from shell.composition.edge_includes import PAGE as ESI_PAGE
from shell.composition.metrics import pages_counted
from shell.composition.pages import words_of
from shell.composition.trust import form_token, trust_headers
from shell.pages.layouts import NOT_FOUND, PANEL_PAGE, REFUSED

if TYPE_CHECKING:
    from asgiref.typing import ASGISendCallable

    from shell.composition.answers import Headers
    from shell.composition.compose import Composer
    from shell.composition.dealer import Dealt
    from shell.composition.edge_includes import EdgeIncludes
    from shell.composition.pages import CutPage, PageCutter
    from shell.composition.visits import Visit
    from shell.pages.layouts import Layout
    from shell.registry.manifest_book import ManifestBook


class PageDesk:
    """Puts pieces, panels and headers together.

    Args:
        cutter: pages as pieces.
        composer: fills the pieces with panels.
        book: accepted manifests, for the content policy.
        includes: pages for an edge in front that puts the panels in by itself.

    """

    def __init__(self, *, cutter: PageCutter, composer: Composer, book: ManifestBook, includes: EdgeIncludes) -> None:
        self._cutter = cutter
        self._composer = composer
        self._book = book
        self._includes = includes

    async def page(self, visit: Visit, layout: Layout, send: ASGISendCallable) -> None:
        """Answer with a composed page, 200 whatever its fragments do."""
        pages_counted(layout.name).inc()
        page = self._cutter.page(layout, visit).asked(visit.query, layout.query_for)
        token, cookies = _token_for(visit, page)
        headers = (HTML, NO_STORE, VARY, NOSNIFF, *self._trust(visit, page), *cookies)
        if self._includes.wants_page(visit):
            html = self._composer.edge_page(visit, page, self._includes, csrf_token=token)
            answer = Answer(status=200, headers=(*headers, ESI_PAGE), body=html)
            await send_answer(send, answer, is_head=visit.is_head)
            return
        await self._composer.send_page(visit, page, send, headers=headers, csrf_token=token)

    async def panel_page(self, visit: Visit, panel: Dealt) -> Answer:
        """A page around a panel that was just dealt; the panel's proof goes into the page's headers."""
        page = self._cutter.page(PANEL_PAGE, visit, alone=panel.view.place)
        token, cookies = _token_for(visit, page)
        html = await self._composer.whole_page(visit, page, panel, csrf_token=token)
        proof = {name for name, _ in panel.headers}
        trust = tuple(pair for pair in self._trust(visit, page) if pair[0] not in proof)
        return html_answer(200, html, (*panel.headers, *trust, *cookies))

    async def not_found(self, visit: Visit, words: str, send: ASGISendCallable) -> None:
        """Answer 404 and name what is not there."""
        await self._say(visit, NOT_FOUND, 404, words, send)

    async def refused(self, visit: Visit, status: int, words: str, send: ASGISendCallable) -> None:
        """Answer that a form was not taken, and why."""
        await self._say(visit, REFUSED, status, words, send)

    async def _say(self, visit: Visit, layout: Layout, status: int, words: str, send: ASGISendCallable) -> None:
        page = self._cutter.page(layout, visit)
        token, cookies = _token_for(visit, page)
        html = self._composer.bare_page(visit, page, words_of(visit, csrf_token=token, words=words))
        answer = html_answer(status, html, (*self._trust(visit, page), *cookies))
        await send_answer(send, answer, is_head=visit.is_head)

    def _trust(self, visit: Visit, page: CutPage) -> Headers:
        return trust_headers(visit, self._book, page.fragments)


def _token_for(visit: Visit, page: CutPage) -> tuple[str, Headers]:
    """A token only for pages with a form of the shell's own: it costs a cookie."""
    return form_token(visit) if "csrf_token" in page.words else ("", ())
