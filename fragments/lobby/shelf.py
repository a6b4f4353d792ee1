"""Keeps rendered pages of games while the copy they were made from is the newest, so that browsing costs little."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.template.loader import render_to_string

from fragment_kit.serving.threads import in_thread
from fragments.lobby.games_view import ResultsView
from fragments.lobby.search import categories, find_games

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from fragments.lobby.search import GamesWish

PAGES_KEPT: Final = 256  # about 25 kB each


@dataclass(frozen=True, slots=True)
class Mounted:
    """What the link tags need to know about a call: where the shell mounts us."""

    mount: str


class Shelf:
    """Rendered results by wish, mount and edition of the copy; the least recently asked page leaves first.

    Only public content comes here. Touched by the event loop alone, so it needs no lock.
    """

    def __init__(self, *, pages_kept: int = PAGES_KEPT) -> None:
        self._pages_kept = pages_kept
        self._pages: OrderedDict[tuple[GamesWish, str, str], SafeString] = OrderedDict()

    def __len__(self) -> int:
        return len(self._pages)

    async def results(self, wish: GamesWish, *, mount: str, edition: str) -> SafeString:
        """The results as HTML."""
        key = (wish, mount, edition)
        kept = self._pages.get(key)
        if kept is None:
            kept = self._pages[key] = await in_thread(_render, wish, mount)
        self._pages.move_to_end(key)
        while len(self._pages) > self._pages_kept:
            self._pages.popitem(last=False)
        return kept


def _render(wish: GamesWish, mount: str) -> SafeString:
    view = ResultsView.of(wish, find_games(wish), categories())
    return render_to_string("lobby/results.html", {"view": view, "call": Mounted(mount)})
