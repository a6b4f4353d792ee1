"""Reads the provider's payments feed: whether top-ups are open, and which amounts are offered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from django.conf import settings

from fragment_kit.contract.errors import FeedBroke
from fragment_kit.feeds.client import FeedClient
from fragments.wallet.money import CURRENCY, parse_minor

AMOUNTS_MAX: Final = 12
Status = Literal["open", "delayed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payments:
    """What the payments provider offers now; amounts in minor units, smallest first."""

    status: Status
    amounts: tuple[int, ...]


def parse_payments(data: Any) -> Payments:
    """Read the feed's JSON; raises FeedBroke with what is wrong."""
    if data["currency"] != CURRENCY:
        raise FeedBroke(f"payments: the currency is {data['currency']!r}; this wallet holds {CURRENCY}.")
    if data["status"] not in {"open", "delayed"}:
        raise FeedBroke(f"payments: the status {data['status']!r} is new to us.")
    amounts = sorted({_amount(text) for text in data["amounts"]})
    return Payments(status=cast("Status", data["status"]), amounts=tuple(amounts[:AMOUNTS_MAX]))


def _amount(text: Any) -> int:
    amount = parse_minor(text)
    if not amount:
        raise FeedBroke(f"payments: {text!r} is not a text of minor units above zero.")
    return amount


# Nothing is remembered: an offer to move money is made only when the provider stands behind it now.
PAYMENTS: FeedClient[Payments] = FeedClient(
    name="payments", url=settings.FEEDS["payments"], parse=parse_payments, timeout_ms=200
)
