"""The catalogue feed: some five thousand games behind a cursor, one of them changed every few seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provider_simulator.chance import draw, rfc3339
from provider_simulator.feeds.game_kinds import CATEGORIES
from provider_simulator.feeds.games import Game, games_of

if TYPE_CHECKING:
    from random import Random

# Change number k touches game number (k * STEP) mod GAMES. GAMES is prime, so any GAMES changes in a row touch every
# game exactly once: the state at any change follows from its number alone, and no history has to be kept.
GAMES = 5_021
STEP = 1_777
# Every so many changes one game leaves until its next turn: 5,000 or 5,001 of the games are there at any time.
REMOVED_EVERY = 251
CHANGE_EVERY_S = 3
EPOCH_S = 1_577_836_800  # 2020-01-01
PAGE_LIMIT = 500
POPULARITY_MOVES = 800


class CursorAhead(Exception):
    """A reader asked for changes after one that has not happened: it kept the cursor of another world."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All games of one seed, and how they change with time."""

    seed: int
    games: tuple[Game, ...]
    _turns: dict[str, int]
    _by_category: dict[str, tuple[Game, ...]]

    @classmethod
    def of_seed(cls, seed: int) -> Catalogue:
        """Make all games once; costs about a tenth of a second and saves it in every call."""
        games = games_of(seed, GAMES)
        back = pow(STEP, -1, GAMES)
        turns = {game.game_id: index * back % GAMES for index, game in enumerate(games)}
        by_category = {
            category: tuple(
                sorted((game for game in games if game.category == category), key=lambda game: -game.base_popularity)
            )
            for category in CATEGORIES
        }
        return cls(seed, games, turns, by_category)

    def page(self, at_s: float, *, since: int, limit: int) -> dict[str, Any]:
        """Return what changed after cursor `since`, oldest change first; 0 asks for everything there is.

        A reader goes on with the answered `cursor` while `more` is true. Raises `CursorAhead`.
        """
        newest = last_change(at_s)
        if since > newest:
            raise CursorAhead(f"since={since} is ahead of this catalogue, which is at {newest}; start with since=0.")
        first = max(since, newest - GAMES) + 1
        changes = range(first, min(first + limit, newest + 1))
        cursor = changes[-1] if changes else newest
        return {
            "as_of": rfc3339(at_s),
            "cursor": cursor,
            "more": cursor < newest,
            "items": [self._item(change) for change in changes if not _is_removal(change)],
            "removed": [self._game(change).game_id for change in changes if _is_removal(change)],
        }

    def choose(self, at_s: float, dice: Random) -> Game:
        """Return a game as a player would: a category by taste, and in it rather a popular one that is there now."""
        shelf = self._by_category[dice.choice(CATEGORIES)]
        while True:
            game = shelf[int(len(shelf) * dice.random() ** 3)]
            if self.has(at_s, game):
                return game

    def has(self, at_s: float, game: Game) -> bool:
        """Tell whether the game is in the catalogue at this moment."""
        newest = last_change(at_s)
        return not _is_removal(newest - (newest - self._turns[game.game_id]) % GAMES)

    def _game(self, change: int) -> Game:
        return self.games[change * STEP % GAMES]

    def _item(self, change: int) -> dict[str, Any]:
        game = self._game(change)
        move = draw(self.seed, change, "popularity") % (2 * POPULARITY_MOVES + 1) - POPULARITY_MOVES
        return game.as_item(min(10_000, max(0, game.base_popularity + move)))


def last_change(at_s: float) -> int:
    """Return the number of the newest change at this moment; never so early that a game had no turn yet."""
    return max(GAMES, int(at_s - EPOCH_S) // CHANGE_EVERY_S)


def _is_removal(change: int) -> bool:
    return change % REMOVED_EVERY == 0
