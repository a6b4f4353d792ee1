"""What holds for one player at this moment, read in one statement inside the transaction that decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from django.conf import settings

from fragments.wallet.care import windows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.backends.utils import CursorWrapper

CHECK_MINUTES: Final = (15, 30, 60)
DEFAULT_CHECK_MIN: Final = 60
MINUTE_MS: Final = 60_000
# After this long without a bet an open sitting is over by itself, as a provider's token is.
LAPSE_MS: Final = 12 * 3_600_000

STATE: Final = (
    "SELECT c.wallet_id, c.check_min, c.next_check_min, c.next_check_at_ms, c.break_until_ms, c.excluded_until_ms,"
    " c.return_at_ms, s.id, s.started_ms, s.seen_ms, s.check_due_ms, s.check_shown_ms,"
    " EXISTS (SELECT 1 FROM wallet_limit l WHERE l.wallet_id = w.id)"
    " FROM wallet_wallet w LEFT JOIN wallet_carecard c ON c.wallet_id = w.id"
    " LEFT JOIN wallet_sitting s ON s.wallet_id = w.id AND s.ended_ms IS NULL WHERE w.id = %s"
)


class CareUnreadable(Exception):
    """What is written about a player makes no sense; nothing may be staked or topped up until somebody looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A player's card; the defaults are those of a player who never asked for anything."""

    check_min: int = DEFAULT_CHECK_MIN
    next_check_min: int | None = None
    next_check_at_ms: int | None = None
    break_until_ms: int | None = None
    excluded_until_ms: int | None = None
    return_at_ms: int | None = None

    def absence(self, now_ms: int) -> Literal["EXCLUDED", "ON_BREAK"] | None:
        """Why the player may not play at all; an exclusion that is over still holds until the player came back."""
        if self.excluded_until_ms is not None and (self.return_at_ms is None or now_ms < self.return_at_ms):
            return "EXCLUDED"
        if self.break_until_ms is not None and now_ms < self.break_until_ms:
            return "ON_BREAK"
        return None

    def interval_ms(self, now_ms: int) -> int:
        """Time between two checks, as far as a wish for longer ones has come into force."""
        is_next = self.next_check_at_ms is not None and now_ms >= self.next_check_at_ms
        minutes = self.next_check_min if is_next and self.next_check_min else self.check_min
        if minutes not in CHECK_MINUTES:
            raise CareUnreadable(f"a time check every {minutes} minutes is none we offer")
        return minutes * MINUTE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSitting:
    """The stretch of play in hand."""

    id: str
    started_ms: int
    seen_ms: int
    check_due_ms: int
    check_shown_ms: int | None

    def now_ms(self, now_ms: int) -> int:
        """Never before what was seen: a clock that goes back makes no sitting shorter."""
        return max(now_ms, self.seen_ms)

    def has_lapsed(self, now_ms: int) -> bool:
        return now_ms - self.seen_ms >= LAPSE_MS

    def is_check_due(self, now_ms: int) -> bool:
        return self.now_ms(now_ms) >= self.check_due_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayState:
    """Card, sitting, and whether there are limits to look at."""

    card: Card
    sitting: OpenSitting | None
    has_card: bool
    has_limits: bool


def play_state(cursor: CursorWrapper, wallet_id: UUID) -> PlayState:
    """Read a player's state; raises CareUnreadable when the wallet has vanished."""
    cursor.execute(STATE, [wallet_id.hex])
    row = cursor.fetchone()
    if row is None:
        raise CareUnreadable(f"there is no wallet {wallet_id}")
    has_card = row[0] is not None
    return PlayState(
        card=_card(row[1:7]) if has_card else Card(),
        sitting=None if row[7] is None else _sitting(row[7:12]),
        has_card=has_card,
        has_limits=bool(row[12]),
    )


def today(now: datetime) -> int:
    """The house's day at this moment, as a number."""
    return windows.day_number(now, settings.HOUSE_TIME_ZONE)


def _card(row: Sequence[Any]) -> Card:
    return Card(
        check_min=row[0],
        next_check_min=row[1],
        next_check_at_ms=row[2],
        break_until_ms=row[3],
        excluded_until_ms=row[4],
        return_at_ms=row[5],
    )


def _sitting(row: Sequence[Any]) -> OpenSitting:
    return OpenSitting(
        id=str(row[0]).replace("-", ""), started_ms=row[1], seen_ms=row[2], check_due_ms=row[3], check_shown_ms=row[4]
    )
