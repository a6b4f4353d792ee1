"""Puts one shell process together: the edge announces through the hub, the hub knows manifests, status knows both."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from shell.composition.wiring import build_edge
from shell.live.board_policy import BoardPolicy
from shell.live.service import LiveService
from shell.players.session_records import RECORDS
from shell.process import ShellProcess
from shell.status.activities import covered_slots
from shell.status.knowledge import Knowledge

if TYPE_CHECKING:
    from shell.composition.edge import Edge
    from shell.gateway.markup import Trust
    from shell.status.knowledge import Level


@cache
def shell_process() -> ShellProcess:
    """The one of this process; made at first use, started by the server."""
    edge: Edge

    def trust_of(fragment: str) -> Trust:
        entry = edge.upkeep.registry.fragments.get(fragment)
        return entry.trust if entry else "untrusted"

    live = LiveService(clean=BoardPolicy(trust_of), slots_refreshed_by=lambda event: _listening(edge, event))
    edge = build_edge(announce=live.announce)
    return ShellProcess(edge=edge, live=live, knowledge=lambda: _knowledge(edge, live))


def _listening(edge: Edge, event: str) -> tuple[str, ...]:
    """The slots whose manifest says that they are out of date after this event."""
    return tuple(
        f"{fragment}.{slot.name}"
        for fragment, manifest in edge.upkeep.book.manifests().items()
        for slot in manifest.slots.values()
        if event in slot.refresh_on
    )


def _knowledge(edge: Edge, live: LiveService) -> Knowledge:
    upkeep = edge.upkeep
    titles = {
        f"{fragment}.{slot.name}": slot.title
        for fragment, manifest in upkeep.book.manifests().items()
        for slot in manifest.slots.values()
    }
    unseen = [name for name in upkeep.registry.fragments if upkeep.book.manifest(name) is None]
    levels: dict[str, Level] = dict.fromkeys(upkeep.recovery.away, "away")
    levels |= {slot: "away" for slot in covered_slots() if slot.partition(".")[0] in unseen}
    levels |= dict.fromkeys(upkeep.recovery.degraded, "slow")
    return Knowledge(
        slots=titles,
        levels=levels,
        problems=upkeep.problems,
        sessions_are_up=not RECORDS.is_away,
        live_is_up=live.is_up,
    )
