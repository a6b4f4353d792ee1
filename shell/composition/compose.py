"""Sends a page while its panels are still being dealt: the head at once, quick panels inline, the rest as includes."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from shell.composition.answers import Answer, part, send_answer, start
from shell.composition.metrics import panels_inlined
from shell.composition.pages import Word, words_of
from shell.composition.panels import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asgiref.typing import ASGISendCallable

    from shell.composition.answers import Headers
    from shell.composition.dealer import Dealer, Dealt
    from shell.composition.edge_includes import EdgeIncludes
    from shell.composition.pages import CutPage, Piece
    from shell.composition.tickets import Tickets
    from shell.composition.visits import Visit

INLINE_BUDGET_MS: Final = 150
Tasks: TypeAlias = "dict[Place, asyncio.Task[Dealt]]"


@dataclass(frozen=True, slots=True)
class _Page:
    """A page on its way out: its pieces, panels at hand, fetches still held for it, and the words of this request."""

    visit: Visit
    pieces: Iterable[Piece]
    at_hand: Mapping[Place, bytes]
    tasks: Tasks
    words: Mapping[str, bytes]


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
        self, visit: Visit, page: CutPage, send: ASGISendCallable, *, headers: Headers, csrf_token: str
    ) -> None:
        """Answer 200 with the page; its first byte waits for no fragment."""
        way = visit.own.get("compose", "")
        is_empty_handed = way == "include" or visit.is_head
        at_hand = {} if is_empty_handed else self._all_at_hand(visit, page.places)
        tasks = {} if is_empty_handed else self._deal_all(visit, page.places, at_hand)
        until_s = None if way == "inline" else time.monotonic() + self._inline_budget_s
        words = words_of(visit, csrf_token=csrf_token) if page.words else {}
        leaving = _Page(visit, page.pieces, at_hand, tasks, words)
        if not (tasks or is_empty_handed):
            await send_answer(send, Answer(status=200, headers=headers, body=self._whole(leaving)))
            return
        try:
            await start(send, 200, headers)
            rest = b"" if visit.is_head else await self._send_early(leaving, send, until_s)
            await part(send, rest, is_last=True)
        finally:
            _cancel(tasks)

    async def whole_page(self, visit: Visit, page: CutPage, panel: Dealt, *, csrf_token: str) -> bytes:
        """A page around one panel that is there already; panels beside it are waited for until their deadlines."""
        mine = panel.view.name
        others = [place for place in page.places if place.name != mine]
        at_hand = self._all_at_hand(visit, others)
        tasks = self._deal_all(visit, others, at_hand)
        leaving = _Page(visit, page.pieces, at_hand, tasks, words_of(visit, csrf_token=csrf_token))
        try:
            if tasks:
                await asyncio.wait(tasks.values())
            texts = [
                panel.html if isinstance(piece, Place) and piece.name == mine else self._text(leaving, piece)
                for piece in page.pieces
            ]
        finally:
            _cancel(tasks)
        return b"".join(texts)

    def edge_page(self, visit: Visit, page: CutPage, includes: EdgeIncludes, *, csrf_token: str) -> bytes:
        """A page whose panels the edge in front will put in."""
        words = words_of(visit, csrf_token=csrf_token)
        return b"".join(
            piece
            if isinstance(piece, bytes)
            else words.get(piece.name, b"")
            if isinstance(piece, Word)
            else includes.tag(piece).encode()
            for piece in page.pieces
        )

    async def soon(self, visit: Visit, place: Place, deal: asyncio.Task[Dealt]) -> Dealt | bytes:
        """A panel if it comes within the inline budget, else an include that keeps its fetch."""
        await asyncio.wait({deal}, timeout=self._inline_budget_s)
        if deal.done():
            return deal.result()
        return self._dealer.loading(visit, place, ticket=self._tickets.keep(visit, place, deal))

    def bare_page(self, visit: Visit, page: CutPage, words: Mapping[str, bytes]) -> bytes:
        """A page that waits for nothing: each of its panels is an include."""
        return self._whole(_Page(visit, page.pieces, {}, {}, words))

    def _all_at_hand(self, visit: Visit, places: Iterable[Place]) -> dict[Place, bytes]:
        found: dict[Place, bytes] = {}
        for place in places:
            html = self._dealer.at_hand(visit, place)
            if html is not None:
                found[place] = html
        panels_inlined("inline").inc(len(found))
        return found

    def _deal_all(self, visit: Visit, places: Iterable[Place], at_hand: Mapping[Place, bytes]) -> Tasks:
        deal = self._dealer.deal
        return {place: asyncio.create_task(deal(visit, place, "inline")) for place in places if place not in at_hand}

    def _whole(self, page: _Page) -> bytes:
        return b"".join([self._text(page, piece) for piece in page.pieces])

    async def _send_early(self, page: _Page, send: ASGISendCallable, until_s: float | None) -> bytes:
        """Send what is ready each time that something has to be waited for; returns what is left at the end."""
        ready: list[bytes] = []
        for piece in page.pieces:
            task = page.tasks.get(piece) if isinstance(piece, Place) else None
            if task is not None and not task.done():
                await part(send, b"".join(ready), is_last=False)
                ready.clear()
                await _over(task, None if until_s is None else max(0.0, until_s - time.monotonic()))
            ready.append(self._text(page, piece))
        return b"".join(ready)

    def _text(self, page: _Page, piece: Piece) -> bytes:
        """A piece as it is at this moment; a panel that is not there yet becomes an include and keeps its fetch."""
        if isinstance(piece, bytes):
            return piece
        if isinstance(piece, Word):
            return page.words.get(piece.name, b"")
        html = page.at_hand.get(piece)
        if html is not None:
            return html
        task = page.tasks.pop(piece, None)
        if task is not None and task.done() and not task.cancelled():
            panels_inlined("inline").inc()
            return task.result().html
        panels_inlined("include").inc()
        ticket = "" if task is None else self._tickets.keep(page.visit, piece, task)
        return self._dealer.loading(page.visit, piece, ticket=ticket)


async def _over(task: asyncio.Task[Dealt], within_s: float | None) -> None:
    """Wait until the task is over, or the time is; `asyncio.wait` for one, at a third of its cost."""
    waiter = asyncio.get_running_loop().create_future()

    def wake(_: object = None) -> None:
        if not waiter.done():
            waiter.set_result(None)

    timer = None if within_s is None else asyncio.get_running_loop().call_later(within_s, wake)
    task.add_done_callback(wake)
    try:
        await waiter
    finally:
        task.remove_done_callback(wake)
        if timer is not None:
            timer.cancel()


def _cancel(tasks: Tasks) -> None:
    for task in tasks.values():
        task.cancel()
