"""Answers `GET /f/<fragment>/<slot>`: always a complete panel, bare for htmx and with a page around it for a link."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, cast

from fragment_kit.contract.headers import REQUEST_ID
from fragment_kit.contract.manifest import NAME
from fragment_kit.contract.outcome import Unavailable
from shell.composition.answers import header, html_answer, redirect, send_answer
from shell.composition.edge_includes import NOT_KEPT
from shell.composition.panels import Place
from shell.gateway.calls import Trail

if TYPE_CHECKING:
    from asgiref.typing import ASGISendCallable

    from shell.composition.answers import Headers
    from shell.composition.compose import Composer
    from shell.composition.dealer import Dealer, Dealt
    from shell.composition.download_desk import DownloadDesk
    from shell.composition.edge_includes import EdgeIncludes
    from shell.composition.page_desk import PageDesk
    from shell.composition.panels import Variant
    from shell.composition.tickets import Tickets
    from shell.composition.visits import Visit
    from shell.registry.manifest_book import ManifestBook


class SlotDesk:
    """Serves panels.

    Args:
        dealer: deals them.
        tickets: fetches that a page left under way.
        pages: draws the page around a panel.
        book: accepted manifests.
        composer: keeps an edge's requests within the inline budget.
        includes: knows which requests are an edge's.
        downloads: serves the files that manifests declare.

    """

    def __init__(
        self,
        *,
        dealer: Dealer,
        tickets: Tickets,
        pages: PageDesk,
        book: ManifestBook,
        composer: Composer,
        includes: EdgeIncludes,
        downloads: DownloadDesk | None,
    ) -> None:
        self._dealer = dealer
        self._tickets = tickets
        self._pages = pages
        self._book = book
        self._composer = composer
        self._includes = includes
        self._downloads = downloads

    async def serve(self, visit: Visit, fragment: str, rest: str, send: ASGISendCallable, *, is_listed: bool) -> None:
        """Answer a GET or HEAD under a mount; `is_listed` says whether the registry has the fragment."""
        slot = rest.removesuffix("/")
        is_name = NAME.fullmatch(fragment) is not None and NAME.fullmatch(slot) is not None
        manifest = self._book.manifest(fragment) if is_listed else None
        if is_name and is_listed and (manifest is None or slot in manifest.slots):
            if self._includes.wants_panel(visit):
                await self._answer_edge(visit, self._place(visit, fragment, slot, is_part=True), send)
                return
            await self.answer(visit, await self._deal(visit, self._place(visit, fragment, slot)), send)
            return
        files = manifest.downloads if manifest else ()
        file = next((one for one in files if one.path == f"/{rest}"), None)
        if file is not None and self._downloads is not None:
            await self._downloads.serve(visit, fragment, file, send)
            return
        actions = manifest.actions if manifest else ()
        asked = next((action for action in actions if action.slot and action.path == f"/{slot}"), None)
        if asked is not None:
            # Somebody reloads the address of a form: its panel is what they want to see.
            await send_answer(send, redirect(f"/f/{fragment}/{asked.slot}"), is_head=visit.is_head)
        elif is_name and visit.is_htmx:
            outcome = Unavailable("not_registered")
            place = Place(fragment=fragment, slot=slot, variant=_variant(visit, is_part=True))
            await self.answer(visit, self._dealer.show(visit, place, outcome, Trail()), send)
        else:
            await self._pages.not_found(visit, _nowhere(fragment, slot, is_listed=is_listed), send)

    async def answer(self, visit: Visit, panel: Dealt, send: ASGISendCallable) -> None:
        """Send a panel in the shape that this visit can use."""
        # A program that sent an action wants its answer and no page around it.
        if visit.is_htmx or (visit.is_json and visit.method not in {"GET", "HEAD"}):
            answer = html_answer(200, panel.html, (*panel.headers, *_trigger(visit, panel)))
        else:
            answer = await self._pages.panel_page(visit, panel)
        await send_answer(send, answer, is_head=visit.is_head)

    async def _answer_edge(self, visit: Visit, place: Place, send: ASGISendCallable) -> None:
        """A panel for the edge, which holds the page back for it: within the inline budget, or as an include."""
        deal = asyncio.create_task(self._dealer.deal(visit, place, "inline"))
        try:
            panel = await self._composer.soon(visit, place, deal)
        except asyncio.CancelledError:
            deal.cancel()
            raise
        if isinstance(panel, bytes):
            answer = html_answer(200, panel, (NOT_KEPT, header(REQUEST_ID, visit.request_id)))
        else:
            answer = html_answer(200, panel.html, (*panel.headers, *self._includes.headers(visit, panel)))
        await send_answer(send, answer, is_head=visit.is_head)

    async def _deal(self, visit: Visit, place: Place) -> Dealt:
        task = self._tickets.take(visit, place)
        if task is not None:
            return await task
        is_refresh = visit.is_htmx and "ticket" not in visit.own
        return await self._dealer.deal(visit, place, "refresh" if is_refresh else "include")

    def _place(self, visit: Visit, fragment: str, slot: str, *, is_part: bool = False) -> Place:
        variant = _variant(visit, is_part=is_part or visit.is_htmx)
        return Place(fragment=fragment, slot=slot, variant=variant, query=visit.query)


def _trigger(visit: Visit, panel: Dealt) -> Headers:
    """Events for the panels that listen; a read says nothing that its own panel listens to, or it would never end."""
    own = panel.view.refresh_events if visit.method in {"GET", "HEAD"} else ()
    names = sorted(set(panel.emits).difference(own))
    return (header("HX-Trigger", json.dumps(dict.fromkeys(names, ""))),) if names else ()


def _variant(visit: Visit, *, is_part: bool) -> Variant:
    """A bar only fits into the header; opened as a page of its own, a panel is a card."""
    said = visit.own.get("variant", "card")
    return cast("Variant", said) if said == "bar" and is_part else "card"


def _nowhere(fragment: str, slot: str, *, is_listed: bool) -> str:
    if is_listed:
        return f"“{fragment[:60]}” has no panel called “{slot[:60]}”."
    return f"There is no fragment called “{fragment[:60]}”."
