"""Sittings: when a stretch of play begins and ends, what it came to, and when its next time check is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from fragment_kit.contract.events import uuid7
from fragments.wallet.care import news
from fragments.wallet.care.state import LAPSE_MS, MINUTE_MS, play_state
from fragments.wallet.care.windows import to_moment, to_ms

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.backends.utils import CursorWrapper

    from fragments.wallet.care.state import OpenSitting, PlayState
    from fragments.wallet.commands.rows import LockedWallet

Why = Literal["left", "rested", "away", "break", "exclusion"]

# A provider's fresh token means a fresh sitting when the player was away for this long without a bet …
AWAY_MS: Final = 30 * MINUTE_MS
# … or did not play for this long after being told that a time check waits for an answer.
REST_MS: Final = 30_000

_LAST: Final = "SELECT number, started_ms FROM wallet_sitting WHERE wallet_id = %s ORDER BY number DESC LIMIT 1"
_START: Final = (
    "INSERT INTO wallet_sitting (id, wallet_id, number, from_version, started_ms, seen_ms, ended_why, staked, won,"
    " checked_ms, check_due_ms) VALUES (%s, %s, %s, %s, %s, %s, '', 0, 0, %s, %s)"
)
_END: Final = "UPDATE wallet_sitting SET ended_ms = %s, ended_why = %s WHERE id = %s RETURNING started_ms, staked, won"
_STAKE: Final = (
    "UPDATE wallet_sitting SET staked = staked + %s, seen_ms = CASE WHEN seen_ms < %s THEN %s ELSE seen_ms END"
    " WHERE wallet_id = %s AND ended_ms IS NULL AND seen_ms > %s"
)
_SETTLE: Final = (
    "UPDATE wallet_sitting SET staked = staked - %s, won = won + %s WHERE wallet_id = %s AND number ="
    " (SELECT MAX(number) FROM wallet_sitting WHERE wallet_id = %s)"
)
_END_TOKENS: Final = "UPDATE wallet_playsession SET expires_at_s = %s WHERE wallet_id = %s AND expires_at_s > %s"
_CLOSE_REGISTER: Final = "UPDATE wallet_absence SET to_version = %s WHERE wallet_id = %s AND to_version IS NULL"
_FORGET_ABSENCE: Final = (
    "UPDATE wallet_carecard SET break_until_ms = NULL, excluded_until_ms = NULL, return_at_ms = NULL"
    " WHERE wallet_id = %s"
)


def arrive(cursor: CursorWrapper, wallet: LockedWallet, state: PlayState, now: datetime) -> None:
    """A provider opens the table for the player: go on with the sitting in hand, or begin a new one."""
    now_ms, sitting = to_ms(now), state.sitting
    if sitting is not None:
        told_ms = sitting.check_shown_ms
        if now_ms - sitting.seen_ms >= AWAY_MS:
            end(cursor, wallet, sitting, "away", now)
        elif told_ms is not None and now_ms - told_ms >= REST_MS:
            end(cursor, wallet, sitting, "rested", now)
        else:
            return
    start(cursor, wallet, state, now)


def start(cursor: CursorWrapper, wallet: LockedWallet, state: PlayState, now: datetime) -> None:
    """Begin a sitting; a break or exclusion that is over leaves the card with it."""
    now_ms = to_ms(now)
    cursor.execute(_LAST, [wallet.id.hex])
    last = cursor.fetchone()
    number = 1 if last is None else last[0] + 1
    sitting_id = uuid7()
    due_ms = now_ms + state.card.interval_ms(now_ms)
    version = wallet.holdings.version
    values = [sitting_id.hex, wallet.id.hex, number, version, now_ms, now_ms, now_ms, due_ms]
    cursor.execute(_START, values)
    _close_absence(cursor, wallet, state, now)
    data = {
        "session_id": str(sitting_id),
        "started_at": now.isoformat(),
        "previous_login_at": None if last is None else to_moment(last[1]).isoformat(),
    }
    news.tell(cursor, wallet, news.SESSION_STARTED, data, now)


def end(cursor: CursorWrapper, wallet: LockedWallet, sitting: OpenSitting, why: Why, now: datetime) -> None:
    """End a sitting: now, or at its last bet when the player just went away."""
    ended_ms = sitting.seen_ms if why in {"rested", "away"} else sitting.now_ms(to_ms(now))
    cursor.execute(_END, [ended_ms, why, sitting.id])
    _started_ms, staked, won = cursor.fetchone()
    data = {
        "session_id": sitting.id,
        "ended_at": to_moment(ended_ms).isoformat(),
        "reason": why,
        "staked": str(staked),
        "won": str(won),
    }
    news.tell(cursor, wallet, news.SESSION_ENDED, data, now)


def leave(cursor: CursorWrapper, wallet: LockedWallet, state: PlayState, why: Why, now: datetime) -> None:
    """End the sitting in hand, and every provider's token with it."""
    if state.sitting is not None:
        end(cursor, wallet, state.sitting, why, now)
    now_s = int(now.timestamp())
    cursor.execute(_END_TOKENS, [now_s, wallet.id.hex, now_s])


def add_stake(cursor: CursorWrapper, wallet: LockedWallet, stake_minor: int, now: datetime) -> None:
    """Count a stake, in a new sitting when there is none or the last one lapsed."""
    if _has_added(cursor, wallet, stake_minor, now):
        return
    state = play_state(cursor, wallet.id)
    if state.sitting is not None:
        end(cursor, wallet, state.sitting, "away", now)
    start(cursor, wallet, state, now)
    _has_added(cursor, wallet, stake_minor, now)


def add_outcome(cursor: CursorWrapper, wallet: LockedWallet, *, won_minor: int = 0, returned_minor: int = 0) -> None:
    """Count a win or a returned stake in the newest sitting, ended or not: money is never owed to no sitting."""
    cursor.execute(_SETTLE, [returned_minor, won_minor, wallet.id.hex, wallet.id.hex])


def _has_added(cursor: CursorWrapper, wallet: LockedWallet, stake_minor: int, now: datetime) -> bool:
    now_ms = to_ms(now)
    cursor.execute(_STAKE, [stake_minor, now_ms, now_ms, wallet.id.hex, now_ms - LAPSE_MS])
    return bool(cursor.rowcount == 1)


def _close_absence(cursor: CursorWrapper, wallet: LockedWallet, state: PlayState, now: datetime) -> None:
    card = state.card
    if card.break_until_ms is None and card.excluded_until_ms is None:
        return
    if card.break_until_ms is not None:
        data = {"until": to_moment(card.break_until_ms).isoformat()}
        news.tell(cursor, wallet, news.BREAK_ENDED, data, now)
    if card.excluded_until_ms is not None:
        data = {"until": to_moment(card.excluded_until_ms).isoformat()}
        news.tell(cursor, wallet, news.EXCLUSION_ENDED, data, now)
    cursor.execute(_CLOSE_REGISTER, [wallet.holdings.version, wallet.id.hex])
    cursor.execute(_FORGET_ABSENCE, [wallet.id.hex])
