"""What a command is answered: the contract's body, stored once and repeated word for word."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from fragments.wallet.money import CURRENCY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fragments.wallet.ledger import Code

Status = Literal["OK", "REJECTED", "ERROR"]

HTTP_STATUS: Final[Mapping[str, int]] = {
    "ROUND_ALREADY_SETTLED": 409,
    "HOLD_ALREADY_RESOLVED": 409,
    "GRANT_ALREADY_RESOLVED": 409,
    "IDEMPOTENCY_CONFLICT": 409,
    "BAD_SIGNATURE": 401,
    "BAD_REQUEST": 400,
    "UNAVAILABLE": 503,
}
"""Codes whose answer is not 200."""
STANDARD: Final = frozenset({"status", "code", "transaction_id", "balance", "currency", "replayed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of the provider API.

    Attributes:
        status: OK; REJECTED, which is final for this id; ERROR, after which nothing is written down.
        code: why, in the contract's words.
        balance: minor units that may be staked after the command, bonus included; None when the player has no wallet.
        extra: what an operation adds, `player_token` for one; never a standard key.

    """

    status: Status
    code: Code
    transaction_id: str | None = None
    balance: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The answer as JSON has it."""
        return {
            "status": self.status,
            "code": self.code,
            "transaction_id": self.transaction_id,
            "balance": None if self.balance is None else str(self.balance),
            "currency": CURRENCY,
            "replayed": False,
            **self.extra,
        }

    def stored(self) -> str:
        """The text that is kept with the transaction."""
        return json.dumps(self.body(), separators=(",", ":"))

    def http_status(self) -> int:
        """The HTTP status that goes with the code."""
        return HTTP_STATUS.get(self.code, 200)


def replayed(stored: str, *, current_balance: int | None) -> Answer:
    """A stored answer once more, unchanged but for the two fields that say it is a repeat."""
    body = json.loads(stored)
    balance = body["balance"]
    extra = {key: value for key, value in body.items() if key not in STANDARD}
    repeat = {"replayed": True, "current_balance": None if current_balance is None else str(current_balance)}
    return Answer(
        status=body["status"],
        code=body["code"],
        transaction_id=body["transaction_id"],
        balance=None if balance is None else int(balance),
        extra=extra | repeat,
    )


def conflict(transaction_id: str, *, balance: int | None) -> Answer:
    """The id belongs to a command with another content."""
    return Answer(status="ERROR", code="IDEMPOTENCY_CONFLICT", transaction_id=transaction_id, balance=balance)
