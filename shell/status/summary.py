"""Puts what the shell knows into rows that a player understands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shell.status.activities import ACTIVITIES, LIVE_UPDATES, SIGNING_IN, Activity, covered_slots

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shell.status.knowledge import Knowledge, Level

WORDS: Final[dict[Level, str]] = {"working": "Working", "slow": "Slow to update", "away": "Not available"}
ORDER: Final[tuple[Level, ...]] = ("working", "slow", "away")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing people do, and how well it goes."""

    label: str
    level: Level
    detail: str = ""

    @property
    def words(self) -> str:
        """The level as a player reads it."""
        return WORDS[self.level]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The whole page."""

    rows: tuple[Row, ...]

    @property
    def all_working(self) -> bool:
        """Whether there is nothing to tell."""
        return all(row.level == "working" for row in self.rows)

    @property
    def sentence(self) -> str:
        """What comes first on the page."""
        if self.all_working:
            return "Everything is working."
        troubled = [row.label.lower() for row in self.rows if row.level != "working"]
        return f"Not everything is well: {_joined(troubled)}. Your chips are safe, and the rest works."


def summarise(known: Knowledge) -> Summary:
    """Rows in a fixed order: what a slot serves, then slots nobody gave a row yet, then the shell's own part."""
    covered = covered_slots()
    others = [Activity(label=title, slots=(slot,)) for slot, title in known.slots.items() if slot not in covered]
    rows = [_row(activity, known) for activity in (*ACTIVITIES, *others)]
    rows.append(_own(SIGNING_IN, is_up=known.sessions_are_up, detail="Players who are signed in stay signed in."))
    rows.append(_own(LIVE_UPDATES, is_up=known.live_is_up, detail="Pages are right when you load them."))
    return Summary(rows=tuple(rows))


def _row(activity: Activity, known: Knowledge) -> Row:
    level = _worst(known.levels.get(slot, "working") for slot in activity.slots)
    detail = "It comes back by itself; there is no need to reload." if level != "working" else ""
    return Row(label=activity.label, level=level, detail=detail)


def _own(label: str, *, is_up: bool, detail: str) -> Row:
    return Row(label=label, level="working" if is_up else "away", detail="" if is_up else detail)


def _worst(levels: Iterable[Level]) -> Level:
    return max(levels, key=ORDER.index, default="working")


def _joined(labels: list[str]) -> str:
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"
