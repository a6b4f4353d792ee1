"""The ASGI application in front of Django: composed pages, panels, actions, and the fragments' stylesheets."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeAlias

from fragment_kit.contract.manifest import METHODS
from shell.composition.answers import send_answer, text_answer
from shell.composition.assets import PREFIX, serve_stylesheet
from shell.composition.departures import Departure
from shell.composition.trust import is_host_allowed
from shell.composition.visits import visit_of
from shell.pages.layouts import layout_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

    from shell.composition.action_desk import ActionDesk
    from shell.composition.dealer import Dealer
    from shell.composition.page_desk import PageDesk
    from shell.composition.panels import Place
    from shell.composition.slot_desk import SlotDesk
    from shell.composition.visits import Visit
    from shell.players.identity import Whose
    from shell.upkeep.loops import Upkeep

    PlayerOf: TypeAlias = Callable[[HTTPScope], Awaitable[Whose]]

MOUNTS: Final = "/f/"
READS: Final = frozenset({"GET", "HEAD"})


class Edge:
    """Answers everything that has to do with fragments.

    Args:
        pages: composed pages.
        slots: panels.
        actions: actions.
        dealer: prints skeletons for plain Django pages.
        upkeep: what runs between requests; also holds the registry and the accepted manifests.
        player_of: says who the player of a connection is.

    """

    def __init__(
        self,
        *,
        pages: PageDesk,
        slots: SlotDesk,
        actions: ActionDesk,
        dealer: Dealer,
        upkeep: Upkeep,
        player_of: PlayerOf,
    ) -> None:
        self._pages = pages
        self._slots = slots
        self._actions = actions
        self._dealer = dealer
        self.upkeep = upkeep
        self._player_of = player_of

    async def __call__(self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """Answer one request under `/f/`, `/assets/`, or a composed page's address."""
        if scope["path"].startswith(PREFIX):
            await self._stylesheet(scope["path"], scope["method"], send)
        elif scope["method"] not in READS:
            # What a form has set going is not stopped: nobody could say how far it had come.
            await self._answer(scope, receive, send)
        else:
            departure = Departure(receive)
            try:
                await self._answer(scope, receive, send)
            except asyncio.CancelledError:
                if not departure.settle():
                    raise
            finally:
                departure.end()

    async def _answer(self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        visit = visit_of(scope, await self._player_of(scope))
        if not is_host_allowed(visit):
            await send_answer(
                send, text_answer(400, "This shell does not answer for that host name (ALLOWED_HOSTS).\n")
            )
        elif visit.path.startswith(MOUNTS):
            await self._mounted(visit, receive, send)
        else:
            await self._page(visit, send)

    async def start(self) -> None:
        """Begin the work between requests; waits a moment for fragments that were never seen, and never fails."""
        await self.upkeep.start()

    async def stop(self) -> None:
        """End it."""
        await self.upkeep.stop()

    def skeleton(self, place: Place, locale: str) -> str:
        """The include of a panel for a page that Django serves."""
        return self._dealer.skeleton(place, locale)

    async def _page(self, visit: Visit, send: ASGISendCallable) -> None:
        layout = layout_of(visit.path)
        if visit.method not in READS:
            await _not_allowed(send, "GET, HEAD")
        elif layout is None:
            await self._pages.not_found(visit, f"There is no page at {visit.path[:80]}.", send)
        else:
            await self._pages.page(visit, layout, send)

    async def _mounted(self, visit: Visit, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        fragment, _, rest = visit.path.removeprefix(MOUNTS).partition("/")
        is_listed = fragment in self.upkeep.registry.fragments
        if visit.method in READS or not is_listed:
            await self._slots.serve(visit, fragment, rest, send, is_listed=is_listed)
        elif visit.method in METHODS:
            await self._actions.serve(visit, fragment, rest, receive, send)
        else:
            await _not_allowed(send, ", ".join(sorted(READS | METHODS)))

    async def _stylesheet(self, path: str, method: str, send: ASGISendCallable) -> None:
        if method in READS:
            await serve_stylesheet(path, self.upkeep.book, send, is_head=method == "HEAD")
        else:
            await _not_allowed(send, "GET, HEAD")


async def _not_allowed(send: ASGISendCallable, allowed: str) -> None:
    headers = ((b"allow", allowed.encode()),)
    await send_answer(send, text_answer(405, f"Only {allowed} are answered here.\n", headers))
