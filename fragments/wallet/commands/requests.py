"""What may be asked of the ledger, as values; each knows the fingerprint by which a repeat is recognised."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import ClassVar
from uuid import NAMESPACE_URL, uuid5

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
class BetAndSettle(PlaceBet):
    """Take a stake and pay its win, also nothing, under one id; `round_closed` as in ledger.decide_win."""

    kind: ClassVar[str] = "bet_win"
    win: int
    round_closed: bool | None = None

    def content(self) -> tuple[str, ...]:
        # By name: super() does not work in a dataclass with slots.
        return (*PlaceBet.content(self), str(self.win), str(self.round_closed))


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
class PlaceHold(MoneyCommand):
    """Set money aside for a table for at most `ttl_s` seconds."""

    kind: ClassVar[str] = "hold"
    round_id: str
    game_id: str
    category: str = ""
    ttl_s: int

    def content(self) -> tuple[str, ...]:
        return (str(self.amount), self.round_id, self.game_id, str(self.ttl_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class PostHold(MoneyCommand):
    """Stake `amount` of a hold and give the rest back; from then on this command's id is a bet's."""

    kind: ClassVar[str] = "hold_post"
    hold_transaction_id: str

    def content(self) -> tuple[str, ...]:
        return (str(self.amount), self.hold_transaction_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidHold(MoneyCommand):
    """Give a hold back, whether or not it ever arrived; its amount is the hold's own."""

    kind: ClassVar[str] = "hold_void"
    amount: int = 0
    hold_transaction_id: str

    def content(self) -> tuple[str, ...]:
        return (self.hold_transaction_id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantBonus(MoneyCommand):
    """Give a bonus; the command's id is the grant's."""

    kind: ClassVar[str] = "bonus_grant"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndBonus(MoneyCommand):
    """Convert a grant to cash or take it back, as far as it is still there."""

    amount: int = 0
    grant_transaction_id: str

    def content(self) -> tuple[str, ...]:
        return (self.grant_transaction_id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertBonus(EndBonus):
    """Make a grant the player's own."""

    kind: ClassVar[str] = "bonus_convert"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForfeitBonus(EndBonus):
    """Take a grant back."""

    kind: ClassVar[str] = "bonus_forfeit"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPrize(MoneyCommand):
    """Pay one rank of a tournament; made by `prize_for`, whose ids let nothing be paid twice."""

    kind: ClassVar[str] = "prize"
    tournament_id: str
    rank: int

    def content(self) -> tuple[str, ...]:
        return (str(self.amount), self.tournament_id, str(self.rank))


def prize_for(provider: str, *, tournament_id: str, rank: int, player_id: str, amount: int) -> PayPrize:
    """The prize of one player at one rank; the same question always makes the same transaction id."""
    named = uuid5(NAMESPACE_URL, f"croupier/prize/{tournament_id}/{rank}/{player_id}")
    return PayPrize(
        provider=provider,
        transaction_id=str(named),
        who=Who(player_id=player_id),
        amount=amount,
        tournament_id=tournament_id,
        rank=rank,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp(MoneyCommand):
    """Mint play money for a player, up to the starting float."""

    kind: ClassVar[str] = "top_up"


def top_up_by_player(player_id: str, amount: int, key: str) -> TopUp:
    """A player's own top-up; the form's key counts for this player only."""
    return TopUp(provider=OWN, transaction_id=f"topup:{player_id}:{key}", who=Who(player_id=player_id), amount=amount)
