"""Reads the provider's catalogue feed into our own words, and says which game it could not take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from fragment_kit.contract.errors import ContractBroken, FeedBroke
from fragment_kit.contract.table import Table

PAGE_GAMES_MAX: Final = 500
TAGS_MAX: Final = 12
RTP_BP_MAX: Final = 10_000
_GAME_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_CATEGORY: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_MINOR: Final = re.compile(r"[0-9]{1,15}")


class GameRefused(ContractBroken):
    """One game of the feed cannot be taken; the sentence names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GameItem:
    """One game as the feed describes it; bets in minor units, `rtp_bp` one return per variant in basis points."""

    game_id: str
    name: str
    provider: str
    category: str
    tags: tuple[str, ...]
    rtp_bp: tuple[int, ...]
    volatility: int
    released_on: date
    popularity: int
    min_bet_minor: int
    max_bet_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CataloguePage:
    """Changes after a cursor, oldest first.

    Attributes:
        cursor: where the next question starts.
        has_more: the next question has an answer already.
        games: as they are now.
        removed: ids of games that are gone.
        refused: a sentence for each game that could not be taken; the old copy of such a game stays.

    """

    cursor: int
    has_more: bool
    games: tuple[GameItem, ...]
    removed: tuple[str, ...]
    refused: tuple[str, ...] = ()


def parse_catalogue(data: Any) -> CataloguePage:
    """Read one page; raises FeedBroke when the page is not one, or when most of its games are refused."""
    try:
        return _page(Table(data, where="catalogue", strict=False, refusal=GameRefused))
    except GameRefused as refused:
        raise FeedBroke(str(refused)) from None


def _page(table: Table) -> CataloguePage:
    entries = list(table.list_of_tables("items"))
    if len(entries) > PAGE_GAMES_MAX:
        table.refuse("items", f"has {len(entries)} games; ask for at most {PAGE_GAMES_MAX}")
    games: list[GameItem] = []
    refused: list[str] = []
    for entry in entries:
        try:
            games.append(_game(entry))
        except GameRefused as sentence:
            refused.append(str(sentence))
    if len(refused) > len(games):
        raise FeedBroke(f"{len(refused)} of {len(entries)} games cannot be read; the first: {refused[0]}")
    return CataloguePage(
        cursor=table.integer("cursor", low=0, high=2**62),
        has_more=table.boolean("more"),
        games=tuple(games),
        removed=table.texts("removed"),
        refused=tuple(refused),
    )


def _game(entry: Table) -> GameItem:
    item = GameItem(
        game_id=entry.text("game_id", pattern=_GAME_ID),
        name=entry.text("name", longest=120),
        provider=entry.text("provider", longest=80),
        category=entry.text("category", pattern=_CATEGORY),
        tags=tuple(tag[:40] for tag in entry.texts("tags")[:TAGS_MAX]),
        rtp_bp=_returns(entry),
        volatility=entry.integer("volatility", low=1, high=5),
        released_on=_day(entry),
        popularity=entry.integer("popularity", low=0, high=2**31 - 1),
        min_bet_minor=int(entry.text("min_bet", pattern=_MINOR)),
        max_bet_minor=int(entry.text("max_bet", pattern=_MINOR)),
    )
    if item.min_bet_minor > item.max_bet_minor:
        entry.refuse("min_bet", f"is {item.min_bet_minor}, above max_bet {item.max_bet_minor}")
    return item


def _returns(entry: Table) -> tuple[int, ...]:
    found = entry.integers("rtp_bp", low=1, high=RTP_BP_MAX)
    if not found:
        entry.refuse("rtp_bp", "is empty; a game says what it returns")
    return found


def _day(entry: Table) -> date:
    text = entry.text("released_on", longest=10)
    try:
        return date.fromisoformat(text)
    except ValueError:
        entry.refuse("released_on", f"is {text!r}; write 2026-11-23")
