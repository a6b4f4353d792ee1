"""The time check: how often, when it was shown, and what the player answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from django.db.models import F

from fragments.wallet.care import news, sessions
from fragments.wallet.care.models import CareCard, Sitting
from fragments.wallet.care.state import CHECK_MINUTES, MINUTE_MS
from fragments.wallet.care.table import table_of
from fragments.wallet.care.windows import DAY_MS, to_ms

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.backends.utils import CursorWrapper

    from fragments.wallet.care.state import OpenSitting
    from fragments.wallet.commands.rows import LockedWallet

Choice = Literal["continue", "leave"]
Change = Literal["set", "later", "same"]

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


def note_shown(player_id: str, *, now: datetime) -> None:
    """Write down that a page shows the due check to its player. Raises NoWallet."""
    with table_of(player_id, now) as table:
        sitting = table.state.sitting
        if sitting is not None and sitting.is_check_due(table.now_ms):
            tell_shown(table.cursor, table.wallet, sitting, now)


def answer(player_id: str, choice: Choice, *, now: datetime) -> bool:
    """Take the player's answer; False when no check is due, so that an old page cannot answer a new check.

    Raises NoWallet.
    """
    with table_of(player_id, now) as table:
        sitting, now_ms = table.state.sitting, table.now_ms
        if sitting is None or not sitting.is_check_due(now_ms):
            return False
        tell_shown(table.cursor, table.wallet, sitting, now)
        row = Sitting.objects.get(id=sitting.id)
        data = check_data(sitting, row.staked, row.won, now) | {"choice": choice}
        table.tell(news.CHECK_ACKNOWLEDGED, data)
        seen_ms = sitting.now_ms(now_ms)
        row.checked_ms, row.check_shown_ms = seen_ms, None
        row.check_due_ms = seen_ms + table.state.card.interval_ms(now_ms)
        row.save(update_fields=["checked_ms", "check_shown_ms", "check_due_ms"])
        if choice == "leave":
            sessions.leave(table.cursor, table.wallet, table.state, "left", now)
        return True


def set_interval(player_id: str, minutes: int, *, now: datetime) -> Change:
    """Ask for checks more often, which holds at once, or less often, which holds after a day. Raises NoWallet."""
    if minutes not in CHECK_MINUTES:
        raise ValueError(f"a time check every {minutes} minutes is none we offer")
    with table_of(player_id, now) as table:
        current = table.state.card.interval_ms(table.now_ms) // MINUTE_MS
        is_longer = minutes > current
        CareCard.objects.filter(wallet=table.wallet.id).update(
            check_min=current if is_longer else minutes,
            next_check_min=minutes if is_longer else None,
            next_check_at_ms=table.now_ms + DAY_MS if is_longer else None,
        )
        sitting = table.state.sitting
        if minutes < current and sitting is not None:
            due_ms = F("checked_ms") + minutes * MINUTE_MS
            Sitting.objects.filter(id=sitting.id, check_due_ms__gt=due_ms).update(check_due_ms=due_ms)
        return "later" if is_longer else "same" if minutes == current else "set"


def check_data(sitting: OpenSitting, staked: int, won: int, now: datetime) -> dict[str, object]:
    """What every event about a check says."""
    return {
        "session_id": sitting.id,
        "elapsed_s": (sitting.now_ms(to_ms(now)) - sitting.started_ms) // 1000,
        "staked": str(staked),
        "net": str(won - staked),
    }
