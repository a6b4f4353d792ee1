"""Reads the provider's tables feed into our own words, and refuses what it cannot vouch for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, cast, get_args

from fragment_kit.contract.errors import FeedBroke

Status = Literal["OPEN", "CLOSED", "MAINTENANCE", "DEALER_CHANGE", "SHUFFLING"]
STATUSES: Final[frozenset[str]] = frozenset(get_args(Status))
CURRENCY: Final = "CHIP"
RESULTS_MAX: Final = 20
TABLES_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTable:
    """One table as its provider describes it; amounts in minor units, `results` newest first."""

    table_id: str
    provider: str
    name: str
    game: str
    status: Status
    seats_taken: int | None
    seats_total: int
    stake_min_minor: int
    stake_max_minor: int
    dealer: str | None
    results: tuple[str, ...]
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesReport:
    """All tables at one moment of the provider's clock."""

    as_of: datetime
    feed_seq: int
    tables: tuple[LiveTable, ...]


def parse_tables(data: Any) -> TablesReport:
    """Read the feed's JSON; raises FeedBroke naming the table that is wrong."""
    entries = data["tables"]
    if len(entries) > TABLES_MAX:
        raise FeedBroke(f"tables: {len(entries)} tables; at most {TABLES_MAX} are believable.")
    return TablesReport(
        as_of=_time(data["as_of"]),
        feed_seq=int(data["feed_seq"]),
        tables=tuple(_table(entry) for entry in entries),
    )


def _table(entry: Any) -> LiveTable:
    table_id = str(entry["table_id"])
    status = entry["status"]
    if status not in STATUSES:
        raise FeedBroke(f"tables: {table_id} has the status {status!r}, which nobody told us about.")
    limits = entry["limits"][CURRENCY]
    taken = entry["seats_taken"]
    return LiveTable(
        table_id=table_id,
        provider=str(entry["provider"]),
        name=str(entry["name"]),
        game=str(entry["game"]),
        status=cast("Status", status),
        seats_taken=None if taken is None else int(taken),
        seats_total=int(entry["seats_total"]),
        stake_min_minor=int(limits["min"]),
        stake_max_minor=int(limits["max"]),
        dealer=str(entry["dealer"]["name"]) if entry.get("dealer") else None,
        results=_results(entry.get("results", [])),
        updated_at=_time(entry["updated_at"]),
    )


def _results(entries: Any) -> tuple[str, ...]:
    # Providers repeat rounds after a reconnect and differ in their order: the round's id and its time decide.
    by_round = {str(entry["round_id"]): (_time(entry["at"]), str(entry["result"])) for entry in entries}
    newest_first = sorted(by_round.values(), key=lambda result: result[0], reverse=True)
    return tuple(result for _, result in newest_first[:RESULTS_MAX])


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise FeedBroke(f"tables: the time {text!r} has no zone.")
    return moment
