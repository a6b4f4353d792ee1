"""Fills a lobby's own copy of the catalogue with as many games as are asked for."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from random import Random

import django


def main(count: int) -> None:
    """Write `count` games and call the copy complete."""
    django.setup()
    from fragments.lobby.models import CatalogueCopy, Game

    dice = Random(7)
    kinds = ("slots", "cards", "roulette", "blackjack", "baccarat", "instant", "jackpots", "new")
    copy, _ = CatalogueCopy.objects.update_or_create(
        id=1, defaults={"is_complete": True, "is_sweep_due": False, "version": 1, "heard_at": datetime.now(UTC)}
    )
    Game.objects.bulk_create(
        Game(
            game_id=f"game-{number:05}",
            name=f"Lucky Lantern {number}",
            provider=f"Studio {number % 40}",
            category=kinds[number % len(kinds)],
            volatility=1 + number % 5,
            released_on=date(2020 + number % 6, 1, 1),
            popularity=dice.randint(0, 100_000),
            min_bet_minor=10,
            max_bet_minor=50_000,
            search_text=f"lucky lantern {number} studio {number % 40} {kinds[number % len(kinds)]}",
            listing=copy.listing,
        )
        for number in range(count)
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
