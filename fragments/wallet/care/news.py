"""Care's events: each player's card is a subject of its own, `care/<card id>`, and numbers them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import uuid5

from fragment_kit.contract.events import CloudEvent, uuid7
from fragment_kit.events import outbox
from fragments.wallet.events import SOURCE
from fragments.wallet.money import CURRENCY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.backends.utils import CursorWrapper

    from fragments.wallet.commands.rows import LockedWallet

AGGREGATE: Final = "care"

SESSION_STARTED: Final = "shell.session.started.v1"
SESSION_ENDED: Final = "shell.session.ended.v1"
LIMIT_SET: Final = "shell.rg.limit_set.v1"
RAISE_REQUESTED: Final = "shell.rg.limit_increase_requested.v1"
RAISE_CONFIRMED: Final = "shell.rg.limit_increase_confirmed.v1"
RAISE_LAPSED: Final = "shell.rg.limit_increase_lapsed.v1"
LIMIT_REACHED: Final = "shell.rg.limit_reached.v1"
BREAK_STARTED: Final = "shell.rg.break_started.v1"
BREAK_ENDED: Final = "shell.rg.break_ended.v1"
SELF_EXCLUDED: Final = "shell.rg.self_excluded.v1"
EXCLUSION_ENDED: Final = "shell.rg.exclusion_ended.v1"
CHECK_SHOWN: Final = "shell.rg.reality_check_shown.v1"
CHECK_ACKNOWLEDGED: Final = "shell.rg.reality_check_acknowledged.v1"

_OPEN: Final = (
    "INSERT INTO wallet_carecard (wallet_id, check_min, version) VALUES (%s, 60, 0) ON CONFLICT (wallet_id) DO NOTHING"
)
_COUNT: Final = "UPDATE wallet_carecard SET version = version + 1 WHERE wallet_id = %s RETURNING version"


def card_id(wallet_id: UUID) -> UUID:
    """The card's name among events: not the wallet's, whose own events are numbered by the money commands."""
    return uuid5(wallet_id, "care")


def open_card(cursor: CursorWrapper, wallet_id: UUID) -> None:
    """Make sure that the player has a card."""
    cursor.execute(_OPEN, [wallet_id.hex])


def tell(cursor: CursorWrapper, wallet: LockedWallet, kind: str, data: Mapping[str, Any], now: datetime) -> None:
    """Write an event in the transaction of what it tells; the wallet's lock keeps the numbers in order."""
    open_card(cursor, wallet.id)
    cursor.execute(_COUNT, [wallet.id.hex])
    (version,) = cursor.fetchone()
    wallet_id = str(wallet.id)
    event = CloudEvent(
        id=str(uuid7()),
        source=SOURCE,
        type=kind,
        subject=f"care/{card_id(wallet.id)}",
        aggregateversion=version,
        time=now,
        data={"player_id": wallet.holdings.player_id, "wallet_id": wallet_id, "currency": CURRENCY, **data},
        partitionkey=wallet_id,
    )
    outbox.append(event, aggregatetype=AGGREGATE, cursor=cursor)
