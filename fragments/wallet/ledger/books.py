"""The nouns of book-keeping: what a player owns, signed lines that cancel out, and what a decision comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from fragments.wallet.money import BALANCE_MAX

Code = Literal[
    "OK",
    "NO_FUNDS",
    "LIMIT_LOSS",
    "LIMIT_STAKE",
    "LIMIT_TIME",
    "LIMIT_TOPUP",
    "EXCLUDED",
    "ON_BREAK",
    "REALITY_CHECK_DUE",
    "NO_SESSION",
    "BET_NOT_FOUND",
    "ROUND_ALREADY_SETTLED",
    "ROLLED_BACK_BEFORE_ARRIVAL",
    "NOOP_TOMBSTONED",
    "HOLD_NOT_FOUND",
    "HOLD_ALREADY_RESOLVED",
    "HOLD_EXPIRED",
    "GRANT_NOT_FOUND",
    "GRANT_ALREADY_RESOLVED",
    "IDEMPOTENCY_CONFLICT",
    "BAD_SIGNATURE",
    "BAD_REQUEST",
    "ABOVE_FLOAT",
    "UNAVAILABLE",
]
RoundState = Literal["OPEN", "SETTLED", "VOIDED"]

MINT: Final = "mint"
PROMO: Final = "house:promo"


class LedgerBroken(Exception):
    """A rule of book-keeping would be broken; a bug of ours, never a player's mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What a player owns, and after how many effective commands; amounts in minor units.

    Attributes:
        cash: the player's own, free to stake.
        bonus: given with conditions; may be staked when cash is used up.
        held: set aside for a table, no longer in cash.

    """

    player_id: str
    cash: int
    version: int
    bonus: int = 0
    held: int = 0

    @property
    def playable(self) -> int:
        """What may be staked now, and what a provider is told as the balance."""
        return self.cash + self.bonus


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSums:
    """What a round holds for one player."""

    state: RoundState = "OPEN"
    staked: int = 0
    won: int = 0
    open_bets: int = 0


@dataclass(frozen=True, slots=True)
class Posting:
    """One signed line; the player's side also says where it led."""

    account: str
    amount: int
    balance_after: int | None = None
    wallet_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A command that counts: the wallet as it is afterwards, why, and the round with it.

    `amount` is what the command is about (a stake, a win), `amount_bonus` the part of it in bonus money.
    """

    holdings: Holdings
    postings: tuple[Posting, ...]
    amount: int
    amount_bonus: int = 0
    round: RoundSums | None = None
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command that changes nothing, for a reason that stays."""

    code: Code


@dataclass(frozen=True, slots=True)
class Nothing:
    """A command whose effect is there already, or never was: granted, and nothing moves."""


Decision = Effect | Refusal


def house(provider: str) -> str:
    """The account that takes stakes and pays wins; it is only appended to, so it is nobody's bottleneck."""
    return f"house:{provider}"


def prizes(tournament_id: str) -> str:
    """The account that a tournament's prizes are paid from."""
    return f"house:prize:{tournament_id}"


def cash(player_id: str) -> str:
    """The account of a player's own money."""
    return f"player:{player_id}:cash"


def pocket(player_id: str, name: str) -> str:
    """One of a player's three accounts: `cash`, `bonus` or `held`."""
    return f"player:{player_id}:{name}"


def lines(before: Holdings, *, cash: int = 0, bonus: int = 0, held: int = 0, other: str = "") -> Step:
    """Move amounts between a player's pockets and `other`, which takes what they do not cancel out among them."""
    after = Holdings(
        player_id=before.player_id,
        cash=before.cash + cash,
        bonus=before.bonus + bonus,
        held=before.held + held,
        version=before.version + 1,
    )
    if min(after.cash, after.bonus, after.held) < 0:
        raise LedgerBroken(f"{before.player_id} would own {after}")
    moves = (("cash", cash, after.cash), ("bonus", bonus, after.bonus), ("held", held, after.held))
    postings = tuple(
        Posting(pocket(before.player_id, name), amount, balance_after=balance, wallet_version=after.version)
        for name, amount, balance in moves
        if amount
    )
    if rest := cash + bonus + held:
        postings = (*postings, Posting(other, -rest))
    check_zero_sum(postings)
    return Step(after, postings)


@dataclass(frozen=True, slots=True)
class Step:
    """A movement, before it is said what for."""

    holdings: Holdings
    postings: tuple[Posting, ...]


def fits(holdings: Holdings, amount: int) -> bool:
    """Whether the columns could hold `amount` more."""
    return holdings.cash + holdings.bonus + holdings.held + amount <= BALANCE_MAX


def check_zero_sum(postings: tuple[Posting, ...]) -> None:
    """Raise LedgerBroken unless the postings are none at all, or two and more that cancel out."""
    if postings and (len(postings) < 2 or sum(posting.amount for posting in postings) != 0):  # noqa: PLR2004
        raise LedgerBroken(f"postings do not cancel out: {postings}")
