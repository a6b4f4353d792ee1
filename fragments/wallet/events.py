"""The wallet's events: their names, and how a ruling becomes one (catalogue in docs, envelope in the kit)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fragment_kit.contract.events import CloudEvent, uuid7
from fragments.wallet.money import CURRENCY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from fragments.wallet.commands.case import Case, Ruling

AGGREGATE: Final = "wallet"
SOURCE: Final = "/wallet"

OPENED: Final = "shell.wallet.opened.v1"
TOPPED_UP: Final = "shell.wallet.topped_up.v1"
BET_PLACED: Final = "shell.wallet.bet_placed.v1"
BET_REJECTED: Final = "shell.wallet.bet_rejected.v1"
BET_SETTLED: Final = "shell.wallet.bet_settled.v1"
BET_ROLLED_BACK: Final = "shell.wallet.bet_rolled_back.v1"
ROLLBACK_TOMBSTONED: Final = "shell.wallet.rollback_tombstoned.v1"
HOLD_CREATED: Final = "shell.wallet.hold_created.v1"
HOLD_POSTED: Final = "shell.wallet.hold_posted.v1"
HOLD_VOIDED: Final = "shell.wallet.hold_voided.v1"
HOLD_EXPIRED: Final = "shell.wallet.hold_expired.v1"
BONUS_GRANTED: Final = "shell.wallet.bonus_granted.v1"
BONUS_CONVERTED: Final = "shell.wallet.bonus_converted.v1"
BONUS_FORFEITED: Final = "shell.wallet.bonus_forfeited.v1"
PRIZE_PAID: Final = "shell.wallet.prize_paid.v1"
COMMAND_REFUSED: Final = "shell.wallet.command_refused.v1"


def of_case(case: Case[Any], ruling: Ruling) -> CloudEvent:
    """The one event of a kept ruling.

    What counts belongs to its wallet and carries the wallet's version; a refusal changes no wallet, so it is the
    first and only event of its own transaction.
    """
    wallet_id = case.wallet.id if case.wallet else None
    data = {
        "player_id": case.player_id,
        "wallet_id": None if wallet_id is None else str(wallet_id),
        "currency": CURRENCY,
        "transaction_id": str(case.id),
        "provider": case.command.provider,
        "provider_tx_id": case.command.transaction_id,
        **ruling.event_data,
    }
    is_effective = wallet_id is not None and ruling.effect is not None
    return _event(
        ruling.event_type,
        data,
        subject=f"wallet/{wallet_id}" if is_effective else f"transaction/{case.id}",
        version=ruling.effect.holdings.version if ruling.effect else 1,
        key=str(wallet_id or case.id),
        now=case.now,
    )


def opened(wallet_id: UUID, player_id: str, now: datetime) -> CloudEvent:
    """First event of a wallet."""
    data = {"player_id": player_id, "wallet_id": str(wallet_id), "currency": CURRENCY, "scale": 2}
    return _event(OPENED, data, subject=f"wallet/{wallet_id}", version=1, key=str(wallet_id), now=now)


def _event(kind: str, data: Mapping[str, Any], *, subject: str, version: int, key: str, now: datetime) -> CloudEvent:
    return CloudEvent(
        id=str(uuid7()),
        source=SOURCE,
        type=kind,
        subject=subject,
        aggregateversion=version,
        time=now,
        data=data,
        partitionkey=key,
    )
