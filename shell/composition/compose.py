"""Sends a page while its panels are still being dealt: the head at once, quick panels inline, the rest as includes."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from shell.composition.answers import part, start
from shell.composition.metrics import PANELS_INLINED
from shell.composition.pages import Word, words_of
from shell.composition.panels import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgiref.typing import ASGISendCallable

    from shell.composition.answers import Headers
    from shell.composition.dealer import Dealer, Dealt
    from shell.composition.edge_includes import EdgeIncludes
    from shell.composition.pages import Piece, Pieces
    from shell.composition.tickets import Tickets
    from shell.composition.visits import Visit

INLINE_BUDGET_MS: Final = 150
Tasks: TypeAlias = "dict[Place, asyncio.Task[Dealt]]"


@dataclass(frozen=True, slots=True)
class _Page:
    """A page on its way out: its pieces, the fetches still held for it, and the words of this request."""

    visit: Visit
    pieces: Pieces
    tasks: Tasks
    words: Mapping[str, str]


class Composer:
    """Composes pages.

    Args:
        dealer: deals the panels.
        tickets: keeps what missed the budget.
        inline_budget_ms: how long the panels of a page may hold back what comes after them, all together.

    """

    def __init__(self, dealer: Dealer, tickets: Tickets, *, inline_budget_ms: int = INLINE_BUDGET_MS) -> None:
        self._dealer = dealer
        self._tickets = tickets
        self._inline_budget_s = inline_budget_ms / 1000

    async def send_page(
        self, visit: Visit, pieces: Pieces, send: ASGISendCallable, *, headers: Headers, csrf_token: str
    ) -> None:
        """Answer 200 with the page; its first byte waits for no fragment."""
        way = visit.own.get("compose", "")
        tasks = {} if way == "include" or visit.is_head else self._deal_all(visit, pieces)
        until_s = None if way == "inline" else time.monotonic() + self._inline_budget_s
        words = words_of(visit, csrf_token=csrf_token)
        try:
            await start(send, 200, headers)
            page = _Page(visit, pieces, tasks, words)
            rest = "" if visit.is_head else await self._send_early(page, send, until_s)
            await part(send, rest.encode(), is_last=True)
        finally:
            _cancel(tasks)

    async def whole_page(self, visit: Visit, pieces: Pieces, panel: Dealt, *, csrf_token: str) -> str:
        """A page around one panel that is there already; panels beside it are waited for until their deadlines."""
        mine = panel.view.name
        others = tuple(piece for piece in pieces if isinstance(piece, Place) and piece.name != mine)
        tasks = self._deal_all(visit, others)
        page = _Page(visit, pieces, tasks, words_of(visit, csrf_token=csrf_token))
        try:
            if tasks:
                await asyncio.wait(tasks.values())
            texts = [
                panel.html if isinstance(piece, Place) and piece.name == mine else self._text(page, piece)
                for piece in pieces
            ]
        finally:
            _cancel(tasks)
        return "".join(texts)

    def edge_page(self, visit: Visit, pieces: Pieces, includes: EdgeIncludes, *, csrf_token: str) -> str:
        """A page whose panels the edge in front will put in."""
        words = words_of(visit, csrf_token=csrf_token)
        return "".join(
            piece
            if isinstance(piece, str)
            else words.get(piece.name, "")
            if isinstance(piece, Word)
            else includes.tag(piece)
            for piece in pieces
        )

    async def soon(self, visit: Visit, place: Place, deal: asyncio.Task[Dealt]) -> Dealt | str:
        """A panel if it comes within the inline budget, else an include that keeps its fetch."""
        await asyncio.wait({deal}, timeout=self._inline_budget_s)
        if deal.done():
            return deal.result()
        return self._dealer.loading(visit, place, ticket=self._tickets.keep(visit, place, deal))

    def bare_page(self, visit: Visit, pieces: Pieces, words: Mapping[str, str]) -> str:
        """A page that waits for nothing: each of its panels is an include."""
        page = _Page(visit, pieces, {}, words)
        return "".join(self._text(page, piece) for piece in pieces)

    def _deal_all(self, visit: Visit, pieces: Pieces) -> Tasks:
        return {
            piece: asyncio.create_task(self._dealer.deal(visit, piece, "inline"))
            for piece in pieces
            if isinstance(piece, Place)
        }

    async def _send_early(self, page: _Page, send: ASGISendCallable, until_s: float | None) -> str:
        """Send what is ready each time that something has to be waited for; returns what is left at the end."""
        ready: list[str] = []
        for piece in page.pieces:
            task = page.tasks.get(piece) if isinstance(piece, Place) else None
            if task is not None and not task.done():
                await part(send, "".join(ready).encode(), is_last=False)
                ready.clear()
                left_s = None if until_s is None else max(0.0, until_s - time.monotonic())
                await asyncio.wait({task}, timeout=left_s)
            ready.append(self._text(page, piece))
        return "".join(ready)

    def _text(self, page: _Page, piece: Piece) -> str:
        """A piece as it is at this moment; a panel that is not there yet becomes an include and keeps its fetch."""
        if isinstance(piece, str):
            return piece
        if isinstance(piece, Word):
            return page.words.get(piece.name, "")
        task = page.tasks.pop(piece, None)
        if task is not None and task.done() and not task.cancelled():
            PANELS_INLINED.labels("inline").inc()
            return task.result().html
        PANELS_INLINED.labels("include").inc()
        ticket = "" if task is None else self._tickets.keep(page.visit, piece, task)
        return self._dealer.loading(page.visit, piece, ticket=ticket)


def with_query(pieces: Pieces, query: str, panel: str) -> Pieces:
    """Give one panel of a page the query that came with the page."""
    if not (query and panel):
        return pieces
    return tuple(
        _asked(piece, query) if isinstance(piece, Place) and piece.name == panel else piece for piece in pieces
    )


def _asked(place: Place, query: str) -> Place:
    return Place(fragment=place.fragment, slot=place.slot, variant=place.variant, query=query)


def _cancel(tasks: Tasks) -> None:
    for task in tasks.values():
        task.cancel()
