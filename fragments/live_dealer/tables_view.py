"""What a player reads about each table, already in words and formatted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from fragments.live_dealer.tables_feed import LiveTable, TablesReport

# A table changes every second or two: after five seconds of silence its status is a guess, and we do not guess.
UNKNOWN_AFTER_S: Final = 5
RESULTS_SHOWN: Final = 8

STATUS_WORDS: Final = {
    "OPEN": "Open",
    "CLOSED": "Closed",
    "MAINTENANCE": "Being serviced",
    "DEALER_CHANGE": "Dealer is changing",
    "SHUFFLING": "Shuffling",
    "UNKNOWN": "Status unknown",
}
GAME_WORDS: Final = {"roulette": "Roulette", "blackjack": "Blackjack", "baccarat": "Baccarat"}
# Providers' words for results, as a player would say them; numbers stay as they are.
RESULT_WORDS: Final = {
    "dealer-bust": "bust",
    "dealer-blackjack": "blackjack",
    "banker": "Banker",
    "player": "Player",
    "tie": "Tie",
}
_ORDER: Final = ["OPEN", "SHUFFLING", "DEALER_CHANGE", "UNKNOWN", "MAINTENANCE", "CLOSED"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableTile:
    """One table, ready to be shown."""

    element_id: str
    name: str
    game: str
    game_word: str
    status: str
    status_word: str
    limits: str
    seats: str
    dealer: str
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesView:
    """The panel: tiles, how many are open, and since when the provider has been silent (None while it speaks)."""

    tables: tuple[TableTile, ...]
    open_count: int
    silent_for_s: int | None = None
    heard_at: datetime | None = None

    @classmethod
    def of(
        cls, report: TablesReport, *, silent_for_s: int | None = None, heard_at: datetime | None = None
    ) -> TablesView:
        is_unknown = silent_for_s is not None and silent_for_s >= UNKNOWN_AFTER_S
        tiles = sorted((_tile(table, is_unknown=is_unknown) for table in report.tables), key=_rank)
        return cls(
            tables=tuple(tiles),
            open_count=sum(tile.status == "OPEN" for tile in tiles),
            silent_for_s=silent_for_s,
            heard_at=heard_at,
        )


def _tile(table: LiveTable, *, is_unknown: bool) -> TableTile:
    status = "UNKNOWN" if is_unknown else table.status
    return TableTile(
        element_id=f"live-dealer-table-{table.table_id}",
        name=table.name,
        game=table.game,
        game_word=GAME_WORDS.get(table.game, table.game.replace("_", " ").capitalize()),
        status=status,
        status_word=STATUS_WORDS[status],
        limits=f"{chips(table.stake_min_minor)} – {chips(table.stake_max_minor)}",
        seats=_seats(table, is_unknown=is_unknown),
        dealer=table.dealer or "",
        results=tuple(_result_word(result) for result in table.results[:RESULTS_SHOWN]),
    )


def _result_word(result: str) -> str:
    return RESULT_WORDS.get(result, result.removeprefix("dealer-"))


def chips(amount_minor: int) -> str:
    """Play money for a limit: whole chips without decimals, otherwise two."""
    whole, rest = divmod(amount_minor, 100)
    return f"{whole:,}" if rest == 0 else f"{whole:,}.{rest:02d}"


def _seats(table: LiveTable, *, is_unknown: bool) -> str:
    if is_unknown or table.seats_taken is None:
        return "Seats not known"
    free = max(0, table.seats_total - table.seats_taken)
    if free == 0:
        return "Full"
    return f"{free} seat free" if free == 1 else f"{free} seats free"


def _rank(tile: TableTile) -> tuple[int, str]:
    return _ORDER.index(tile.status), tile.name
