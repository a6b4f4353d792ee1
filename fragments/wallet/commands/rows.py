"""Rows of the command path as values, between the statements and the rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from fragments.wallet.ledger import Hold, Holdings, RoundSums


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedWallet:
    """A wallet's row, locked until the transaction ends; `session_expires_at_s` when a token named it."""

    id: UUID
    holdings: Holdings
    session_id: UUID | None = None
    session_expires_at_s: int | None = None


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """What was decided before under one id."""

    id: UUID
    kind: str
    fingerprint: str
    response: str
    wallet_id: UUID | None


@dataclass(frozen=True, slots=True)
class BetRow:
    """The transaction that a win or rollback names, whatever it turns out to be."""

    id: UUID
    kind: str
    outcome: str
    wallet_id: UUID | None
    amount: int
    amount_bonus: int
    closed_by: str | None
    has_wins: bool


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round's row."""

    id: UUID
    provider_round_id: str
    game_id: str
    category: str
    sums: RoundSums


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """A hold's row; `id` is that of the transaction that made it."""

    id: UUID
    wallet_id: UUID
    round_id: str
    game_id: str
    category: str
    hold: Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRow:
    """A decided command, ready to be sealed."""

    id: UUID
    kind: str
    provider: str
    provider_tx_id: str
    fingerprint: str
    wallet_id: UUID | None
    amount: int
    amount_bonus: int
    outcome: str
    code: str
    response: str
    created_at: datetime
    round_id: UUID | None = None
    bet_id: UUID | None = None
    closes_id: UUID | None = None
    wallet_version: int | None = None
