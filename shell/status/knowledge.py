"""What the shell knows of its parts without asking any of them: the raw material of the status page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Level = Literal["working", "slow", "away"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """One moment.

    Attributes:
        slots: every known slot by name (`wallet.balance`) with the title from its manifest.
        levels: the slots that are not well; a slot that is not named here works.
        problems: sentences for staff about the registry and manifests that were refused.
        sessions_are_up: whether sign-in can work.
        live_is_up: whether pushed updates arrive.

    """

    slots: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, Level] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    sessions_are_up: bool = True
    live_is_up: bool = True

    @property
    def away(self) -> tuple[str, ...]:
        """The slots that are not well, in order."""
        return tuple(sorted(self.levels))
