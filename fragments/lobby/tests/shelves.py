"""A provider of games for tests: keeps a numbered log of changes and answers the feed's question from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def game(game_id: str, **changes: Any) -> dict[str, Any]:
    """One game as the feed says it."""
    return {
        "game_id": game_id,
        "name": game_id.replace("-", " ").title(),
        "provider": "Damson",
        "category": "slots",
        "tags": ["forest", "wilds"],
        "rtp_bp": [9600, 9400],
        "volatility": 3,
        "released_on": "2025-04-01",
        "popularity": 100,
        "min_bet": "10",
        "max_bet": "10000",
        **changes,
    }


class Provider:
    """Change number n is `changes[n - 1]`: a game, or the id of one that is gone."""

    def __init__(self) -> None:
        self.changes: list[dict[str, Any] | str] = []

    def put(self, *games: dict[str, Any]) -> None:
        self.changes += games

    def remove(self, *game_ids: str) -> None:
        self.changes += game_ids

    def page(self, params: Mapping[str, str]) -> dict[str, Any]:
        since, limit = int(params["since"]), int(params["limit"])
        part = self.changes[since : since + limit]
        cursor = since + len(part)
        return {
            "as_of": "2026-11-23T12:00:00Z",
            "cursor": cursor,
            "more": cursor < len(self.changes),
            "items": [change for change in part if isinstance(change, dict)],
            "removed": [change for change in part if isinstance(change, str)],
        }
