"""What a simulated player does in one round: which game, which stake, how it ends; decided before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from provider_simulator.feeds.games import Game

# (what comes back in hundredths of the stake, share of 10,000 rounds); each row returns 92–99 % in the long run.
_REELS = ((0, 6_210), (50, 1_200), (100, 800), (200, 950), (500, 620), (1_000, 180), (2_500, 35), (10_000, 5))
PAYOUTS: Final[dict[str, tuple[tuple[int, int], ...]]] = {
    "slots": _REELS,
    "new": _REELS,
    "jackpots": ((0, 8_080), (100, 900), (300, 700), (1_000, 270), (5_000, 45), (25_000, 5)),
    "instant": ((0, 7_260), (100, 1_100), (200, 800), (500, 590), (1_000, 220), (5_000, 30)),
    "cards": ((0, 5_500), (100, 800), (200, 2_900), (400, 800)),
    "roulette": ((0, 6_346), (200, 3_000), (300, 600), (3_600, 54)),
    "blackjack": ((0, 4_740), (100, 850), (200, 3_960), (250, 450)),
    "baccarat": ((0, 4_500), (100, 952), (195, 4_548)),
}
LARGEST_STAKE: Final = 500
VOID_SHARE: Final = 0.03
ROUNDS_AT_A_GAME: Final = (4, 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPlan:
    """One round, whole: `stake` and `win` in CHIP minor units, `is_void` when the provider will take it back."""

    round_id: str
    game_id: str
    category: str
    stake: int
    win: int
    is_void: bool

    @property
    def bet_id(self) -> str:
        """The bet's transaction id, the same in every attempt."""
        return f"{self.round_id}-bet"

    @property
    def win_id(self) -> str:
        """The win's transaction id, the same in every attempt."""
        return f"{self.round_id}-win"

    @property
    def rollback_id(self) -> str:
        """The rollback's transaction id, the same in every attempt."""
        return f"{self.round_id}-rollback"


class RoundPlanner:
    """Plans the rounds of one player: seeded luck, ids that no other run of the simulator repeats.

    `run` names this start of the process; without it a restarted simulator would send old ids with new content.
    """

    def __init__(self, *, player: str, run: str, seed: int, choose_game: Callable[[Random], Game]) -> None:
        self._player = player
        self._run = run
        self._dice = Random(f"{seed}:{player}")  # noqa: S311 - play money luck has to be repeatable, not secret
        self._choose_game = choose_game
        self._number = 0
        self._game: Game | None = None
        self._rounds_left = 0

    def next(self) -> RoundPlan:
        """Return the next round."""
        game = self._game_now()
        steps = max(1, min(5, LARGEST_STAKE // game.min_bet))
        stake = game.min_bet * self._dice.randint(1, steps)
        payouts = PAYOUTS[game.category]
        (back,) = self._dice.choices([back for back, _ in payouts], [share for _, share in payouts])
        self._number += 1
        return RoundPlan(
            round_id=f"{self._run}-{self._player}-{self._number}",
            game_id=game.game_id,
            category=game.category,
            stake=stake,
            win=stake * back // 100,
            is_void=self._dice.random() < VOID_SHARE,
        )

    def _game_now(self) -> Game:
        if self._game is None or self._rounds_left == 0:
            self._game = self._choose_game(self._dice)
            self._rounds_left = self._dice.randint(*ROUNDS_AT_A_GAME)
        self._rounds_left -= 1
        return self._game
