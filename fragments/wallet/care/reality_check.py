"""The time check: how often, when it was shown, and what the player answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from fragments.wallet.care import news
from fragments.wallet.care.windows import to_ms

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.backends.utils import CursorWrapper

    from fragments.wallet.care.state import OpenSitting
    from fragments.wallet.commands.rows import LockedWallet

Choice = Literal["continue", "leave"]

_SHOWN: Final = (
    "UPDATE wallet_sitting SET check_shown_ms = %s WHERE id = %s AND check_shown_ms IS NULL RETURNING staked, won"
)


def tell_shown(cursor: CursorWrapper, wallet: LockedWallet, sitting: OpenSitting, now: datetime) -> None:
    """Write down, once per check, that the player was told."""
    if sitting.check_shown_ms is not None:
        return
    cursor.execute(_SHOWN, [to_ms(now), sitting.id])
    row = cursor.fetchone()
    if row is not None:
        news.tell(cursor, wallet, news.CHECK_SHOWN, check_data(sitting, row[0], row[1], now), now)


def check_data(sitting: OpenSitting, staked: int, won: int, now: datetime) -> dict[str, object]:
    """What every event about a check says."""
    return {
        "session_id": sitting.id,
        "elapsed_s": (sitting.now_ms(to_ms(now)) - sitting.started_ms) // 1000,
        "staked": str(staked),
        "net": str(won - staked),
    }
