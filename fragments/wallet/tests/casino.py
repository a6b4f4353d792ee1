"""A provider's side in tests: sends commands, counts its transaction ids, and can look into the books."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from fragment_kit.events.models import OutboxEvent
from fragments.wallet.audit import run_checks
from fragments.wallet.commands.bet import place_bet
from fragments.wallet.commands.gifts import end_bonus, grant_bonus
from fragments.wallet.commands.hold import place_hold, post_hold, void_hold
from fragments.wallet.commands.instant import bet_and_settle
from fragments.wallet.commands.opening import Authenticate, authenticate
from fragments.wallet.commands.requests import (
    BetAndSettle,
    ConvertBonus,
    ForfeitBonus,
    GrantBonus,
    PlaceBet,
    PlaceHold,
    PostHold,
    RollBackBet,
    SettleBet,
    VoidHold,
    Who,
    top_up_by_player,
)
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

    def bet_win(self, amount: int, win: int, tx: str | None = None, *, who: Who = ANA, **more: Any) -> Answer:
        name = tx or f"instant-{next(self._ids)}"
        fields = {"round_id": f"round-of-{name}", "game_id": "lucky-lantern", **more}
        command = BetAndSettle(provider="simulator", transaction_id=name, who=who, amount=amount, win=win, **fields)
        return bet_and_settle(command, now=self.now)

    def hold(self, amount: int, tx: str | None = None, *, who: Who = ANA, **more: Any) -> Answer:
        name = tx or f"hold-{next(self._ids)}"
        fields = {"round_id": f"round-of-{name}", "game_id": "blackjack-7", "ttl_s": 120, **more}
        command = PlaceHold(provider="simulator", transaction_id=name, who=who, amount=amount, **fields)
        return place_hold(command, now=self.now)

    def post(self, amount: int, hold: str, tx: str | None = None, *, who: Who = ANA) -> Answer:
        name = tx or f"post-{next(self._ids)}"
        command = PostHold(provider="simulator", transaction_id=name, who=who, amount=amount, hold_transaction_id=hold)
        return post_hold(command, now=self.now)

    def void(self, hold: str, tx: str | None = None, *, who: Who = ANA) -> Answer:
        name = tx or f"void-{next(self._ids)}"
        command = VoidHold(provider="simulator", transaction_id=name, who=who, hold_transaction_id=hold)
        return void_hold(command, now=self.now)

    def grant(self, amount: int, tx: str, *, who: Who = ANA) -> Answer:
        command = GrantBonus(provider="promotions", transaction_id=tx, who=who, amount=amount)
        return grant_bonus(command, now=self.now)

    def convert(self, grant: str, tx: str | None = None) -> Answer:
        name = tx or f"convert-{next(self._ids)}"
        command = ConvertBonus(provider="promotions", transaction_id=name, who=ANA, grant_transaction_id=grant)
        return end_bonus(command, now=self.now)

    def forfeit(self, grant: str, tx: str | None = None) -> Answer:
        name = tx or f"forfeit-{next(self._ids)}"
        command = ForfeitBonus(provider="promotions", transaction_id=name, who=ANA, grant_transaction_id=grant)
        return end_bonus(command, now=self.now)

    def gift(self, command: GrantBonus | ConvertBonus | ForfeitBonus) -> Answer:
        """Grant a bonus, or end one."""
        if isinstance(command, GrantBonus):
            return grant_bonus(command, now=self.now)
        return end_bonus(command, now=self.now)

    def pockets(self, player: str = "ana") -> tuple[int, int, int]:
        """Cash, bonus and held, as the ledger's own row has them."""
        wallet = Wallet.objects.get(player_id=player)
        return wallet.cash, wallet.bonus, wallet.held

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
        types = OutboxEvent.objects.filter(aggregatetype="wallet").order_by("seq").values_list("type", flat=True)
        return [name.split(".")[2] for name in types]
