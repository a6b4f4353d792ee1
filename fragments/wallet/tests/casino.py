"""A provider's side in tests: sends commands, counts its transaction ids, and can look into the books."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from fragment_kit.events.models import OutboxEvent
from fragments.wallet.audit import run_checks
from fragments.wallet.commands.bet import place_bet
from fragments.wallet.commands.opening import Authenticate, authenticate
from fragments.wallet.commands.requests import PlaceBet, RollBackBet, SettleBet, Who, top_up_by_player
from fragments.wallet.commands.rollback import roll_back_bet
from fragments.wallet.commands.top_up import top_up
from fragments.wallet.commands.win import settle_bet
from fragments.wallet.models import Wallet

if TYPE_CHECKING:
    from datetime import datetime

    from fragments.wallet.commands.answers import Answer

ANA = Who(player_id="ana")


@dataclass
class Casino:
    """Sends commands of the provider `simulator` at `now`, which a test may move."""

    now: datetime
    _ids: count[int] = field(default_factory=count)

    def token(self, player: str = "ana") -> str:
        """Authenticate a player, which opens the wallet."""
        answer = authenticate(Authenticate(provider="simulator", who=Who(player_id=player)), now=self.now)
        return str(answer.extra["player_token"])

    def bet(self, amount: int, tx: str | None = None, *, who: Who = ANA, **more: Any) -> Answer:
        name = tx or f"bet-{next(self._ids)}"
        fields = {"round_id": f"round-of-{name}", "game_id": "lucky-lantern", **more}
        command = PlaceBet(provider="simulator", transaction_id=name, who=who, amount=amount, **fields)
        return place_bet(command, now=self.now)

    def win(self, amount: int, bet: str, tx: str | None = None, *, who: Who = ANA, **more: Any) -> Answer:
        name = tx or f"win-{next(self._ids)}"
        command = SettleBet(
            provider="simulator", transaction_id=name, who=who, amount=amount, bet_transaction_id=bet, **more
        )
        return settle_bet(command, now=self.now)

    def roll_back(self, bet: str, tx: str | None = None, *, who: Who = ANA, **more: Any) -> Answer:
        name = tx or f"rollback-{next(self._ids)}"
        fields = {"amount": 0, **more}
        command = RollBackBet(provider="simulator", transaction_id=name, who=who, bet_transaction_id=bet, **fields)
        return roll_back_bet(command, now=self.now)

    def top_up(self, amount: int, key: str, player: str = "ana") -> Answer:
        return top_up(top_up_by_player(player, amount, key), now=self.now)

    def leave(self, player: str, cash: int) -> None:
        """Play until the player owns exactly `cash`."""
        self.token(player)
        owned = self.cash(player)
        if owned > cash:
            self.bet(owned - cash, f"spend-{player}", who=Who(player_id=player))

    def cash(self, player: str = "ana") -> int:
        """What the ledger's own row says."""
        return Wallet.objects.get(player_id=player).cash

    def broken_rules(self) -> list[str]:
        """The rules of the audit that do not hold."""
        return [f"{found.rule}: {found.breach}" for found in run_checks() if found.breach is not None]

    def events(self) -> list[str]:
        """The last words of every event's type, in order."""
        types = OutboxEvent.objects.order_by("seq").values_list("type", flat=True)
        return [name.split(".")[2] for name in types]
