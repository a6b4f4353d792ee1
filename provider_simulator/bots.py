"""One simulated player: plays whole rounds through the wallet's provider API and leaves no bet in doubt."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Literal

from provider_simulator.wallet_client import WalletAnswer, WalletUncertain

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from provider_simulator.rounds import RoundPlan, RoundPlanner
    from provider_simulator.wallet_client import Operation, WalletClient

Outcome = Literal["won", "lost", "voided", "refused", "uncertain", "unsettled"]
log = logging.getLogger("provider_simulator.bots")

# The pause grows while the wallet is away and never above a second, so that a bot is back within two.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 1.0
# A refusal that is about the player (limit, break, reality check) is respected: no more bets for this long.
REST_S = 30.0
BET_ATTEMPTS = 2


class Bot:
    """A player and the round in hand; its id is also the nickname that it agreed to show.

    When the float is used up, the bot goes on as a new player, `mira-2` after `mira`: a wallet is never refilled.
    """

    def __init__(
        self, *, name: str, wallet: WalletClient, planner: RoundPlanner, sleep: Callable[[float], Awaitable[object]]
    ) -> None:
        self._name = name
        self._wallet = wallet
        self._planner = planner
        self._sleep = sleep
        self._generation = 1
        self._token: str | None = None
        self.is_in_round = False
        self.is_leaving = False

    @property
    def player_id(self) -> str:
        """The wallet's player id."""
        return self._name if self._generation == 1 else f"{self._name}-{self._generation}"

    async def play_round(self) -> Outcome:
        """Play one round to its end, through any outage of the wallet, and return how it ended."""
        token = self._token or await self._open_session()
        self.is_in_round = True
        try:
            return await self._play(self._planner.next(), token)
        finally:
            self.is_in_round = False

    async def _play(self, plan: RoundPlan, token: str) -> Outcome:
        bet = await self._bet(plan, token)
        if bet is None:
            await self._insist("rollback", self._rollback(plan))
            return "uncertain"
        if not bet.is_ok:
            await self._accept_refusal(bet.code)
            return "refused"
        if plan.is_void:
            outcome: Outcome = "voided"
            settled = await self._insist("rollback", self._rollback(plan))
        else:
            outcome = "won" if plan.win else "lost"
            settled = await self._insist("win", self._win(plan))
        if not settled.is_ok:
            log.warning(
                "Round %s of %s is not settled: the wallet says %s.", plan.round_id, self.player_id, settled.code
            )
            return "unsettled"
        return outcome

    async def _open_session(self) -> str:
        while True:
            answer = await self._insist("authenticate", {"player_id": self.player_id})
            if answer.is_ok and answer.player_token:
                self._token = answer.player_token
                return answer.player_token
            await self._sleep(REST_S)

    async def _bet(self, plan: RoundPlan, token: str) -> WalletAnswer | None:
        """Return the definite answer, or None when even a second attempt with the same id left it open."""
        content = self._money(plan, transaction_id=plan.bet_id, amount=plan.stake) | {"player_token": token}
        for attempt in range(BET_ATTEMPTS):
            try:
                return await self._wallet.call("bet", content)
            except WalletUncertain:
                await self._sleep(_pause_s(attempt))
        return None

    async def _insist(self, operation: Operation, content: dict[str, Any]) -> WalletAnswer:
        """Repeat the very same call until the wallet gives a definite answer; the id makes the repeats harmless."""
        attempt = 0
        while True:
            try:
                return await self._wallet.call(operation, content)
            except WalletUncertain:
                await self._sleep(_pause_s(attempt))
                attempt += 1

    async def _accept_refusal(self, code: str) -> None:
        self._token = None
        if code == "NO_FUNDS":
            self._generation += 1
        elif code != "NO_SESSION":
            await self._sleep(REST_S)

    # A settlement may come long after the session ended, so it names the player and carries no token.
    def _win(self, plan: RoundPlan) -> dict[str, Any]:
        return self._money(plan, transaction_id=plan.win_id, amount=plan.win) | self._closing(plan)

    def _rollback(self, plan: RoundPlan) -> dict[str, Any]:
        return self._money(plan, transaction_id=plan.rollback_id, amount=plan.stake) | self._closing(plan)

    def _closing(self, plan: RoundPlan) -> dict[str, Any]:
        return {"player_id": self.player_id, "bet_transaction_id": plan.bet_id, "round_closed": True}

    def _money(self, plan: RoundPlan, *, transaction_id: str, amount: int) -> dict[str, Any]:
        return {
            "transaction_id": transaction_id,
            "round_id": plan.round_id,
            "game_id": plan.game_id,
            "category": plan.category,
            "amount": str(amount),
        }


def _pause_s(attempt: int) -> float:
    return float(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(attempt, 8)))
