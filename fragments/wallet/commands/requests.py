"""What may be asked of the ledger, as values; each knows the fingerprint by which a repeat is recognised."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import ClassVar

from fragments.wallet.money import CURRENCY

OWN: str = "wallet"  # the provider name of the wallet's own commands


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whose wallet: by the provider's token, by player id, or by both, which must then agree."""

    player_id: str | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyCommand:
    """What every command that may move money carries; (provider, transaction_id) is decided once, for ever."""

    kind: ClassVar[str]
    provider: str
    transaction_id: str
    who: Who
    amount: int

    def content(self) -> tuple[str, ...]:
        """Everything besides the player by which two commands with one id differ."""
        return (str(self.amount),)

    def fingerprint(self, player_id: str) -> str:
        """Digest of the whole content; a fresh token for the same player is the same content."""
        parts = (self.kind, player_id, CURRENCY, *self.content())
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceBet(MoneyCommand):
    """Take a stake for a round of a game."""

    kind: ClassVar[str] = "bet"
    round_id: str
    game_id: str
    category: str = ""

    def content(self) -> tuple[str, ...]:
        return (str(self.amount), self.round_id, self.game_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleBet(MoneyCommand):
    """Pay what a bet won, also nothing; `round_closed` as in ledger.decide_win."""

    kind: ClassVar[str] = "win"
    bet_transaction_id: str
    round_id: str | None = None
    round_closed: bool | None = None

    def content(self) -> tuple[str, ...]:
        return (str(self.amount), self.bet_transaction_id, self.round_id or "", str(self.round_closed))


@dataclass(frozen=True, slots=True, kw_only=True)
class RollBackBet(MoneyCommand):
    """Undo a bet, whether or not it ever arrived; `amount` 0 means: whatever the stake was."""

    kind: ClassVar[str] = "rollback"
    bet_transaction_id: str
    round_id: str | None = None
    round_closed: bool = False

    def content(self) -> tuple[str, ...]:
        return (str(self.amount), self.bet_transaction_id, self.round_id or "", str(self.round_closed))


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp(MoneyCommand):
    """Mint play money for a player, up to the starting float."""

    kind: ClassVar[str] = "top_up"


def top_up_by_player(player_id: str, amount: int, key: str) -> TopUp:
    """A player's own top-up; the form's key counts for this player only."""
    return TopUp(provider=OWN, transaction_id=f"topup:{player_id}:{key}", who=Who(player_id=player_id), amount=amount)
