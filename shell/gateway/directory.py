"""Finds the way to a fragment for a player: its usual addresses, or its canary for those who drew that lot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

from shell.gateway.upstream import HttpUpstream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shell.gateway.upstream import Upstream
    from shell.registry.entries import RegistryEntry

    MakeUpstream: TypeAlias = Callable[[Sequence[str]], Upstream]

Side: TypeAlias = Literal["", "canary"]
STABLE: Final[Side] = ""
CANARY: Final[Side] = "canary"


@dataclass(frozen=True, slots=True)
class Way:
    """How to reach a fragment; each `side` has breakers and places of its own, so that neither can spoil the other."""

    upstream: Upstream
    side: Side = STABLE


class UpstreamDirectory(Protocol):
    """Whatever knows the registered fragments."""

    def way(self, fragment: str, player: str | None) -> Way | None:
        """The way to the fragment for this player, or None when it is not registered."""
        ...


class Upstreams:
    """The registered fragments' upstreams; replaced as a whole when the registry changes.

    Args:
        make: builds an upstream from base URLs; a test plugs in its own.

    """

    def __init__(self, make: MakeUpstream = HttpUpstream) -> None:
        self._make = make
        self.entries: Mapping[str, RegistryEntry] = {}
        self._ways: dict[tuple[str, tuple[str, ...]], Way] = {}

    def way(self, fragment: str, player: str | None) -> Way | None:
        """See UpstreamDirectory.way. Players without a name, and slots that all share, take the usual way."""
        entry = self.entries.get(fragment)
        return None if entry is None else self._ways[fragment, entry.addresses_for(player)]

    def replace(self, entries: Mapping[str, RegistryEntry]) -> None:
        """Use these fragments from now on. Pools of unchanged addresses stay; calls under way end on the old ones."""
        old, ways = self._ways, {}
        for fragment, entry in entries.items():
            sides: dict[Side, tuple[str, ...]] = {STABLE: entry.addresses}
            if entry.canary is not None:
                sides[CANARY] = (entry.canary.url,)
            for side, urls in sides.items():
                known = old.get((fragment, urls))
                ways[fragment, urls] = Way(known.upstream if known else self._make(urls), side)
        self.entries, self._ways = dict(entries), ways
