"""Remembers what each session saw last, so that a form from a panel that was not fresh can be refused."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from shell.composition.form_marks import OLD

if TYPE_CHECKING:
    from shell.composition.panels import PanelState, PanelView
    from shell.composition.visits import Visit

ENTRIES_MAX: Final = 100_000


class SeenStates:
    """State of each slot as each session saw it last, in a page or alone; whatever the browser says about it.

    Args:
        entries_max: sessions times slots; the one unused for longest is forgotten first.

    """

    def __init__(self, *, entries_max: int = ENTRIES_MAX) -> None:
        self._states: OrderedDict[tuple[str, str], tuple[PanelState, str]] = OrderedDict()
        self._entries_max = entries_max

    def note(self, visit: Visit, view: PanelView) -> None:
        # Anonymous players have no session to remember, and no action of theirs needs a fresh panel.
        if visit.session_hash is None or view.state == "blocked":
            return
        key = (visit.session_hash, view.name)
        self._states[key] = (view.state, view.reason)
        self._states.move_to_end(key)
        if len(self._states) > self._entries_max:
            self._states.popitem(last=False)

    def why_not_fresh(self, visit: Visit, name: str) -> str | None:
        """The reason when this session saw the slot stale or degraded last; None when its form may be sent.

        A slot that it never saw here, or that showed no form at all, is the gateway's and the fragment's to judge.
        """
        state, reason = self._states.get((visit.session_hash or "", name), ("fresh", ""))
        return (reason or "contract") if state in OLD else None
