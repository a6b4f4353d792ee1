"""What money commands ask of care, in their own transaction and under the wallet's lock; what cannot be read raises.

An exception here ends the command without an effect, so care that cannot be read is care that refuses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from fragments.wallet.care import ceilings, reality_check, sessions
from fragments.wallet.care.state import play_state, today
from fragments.wallet.care.windows import to_ms

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.backends.utils import CursorWrapper

    from fragments.wallet.commands.rows import LockedWallet

Absence = Literal["EXCLUDED", "ON_BREAK"]
BetRefusal = Literal["EXCLUDED", "ON_BREAK", "REALITY_CHECK_DUE", "LIMIT_STAKE", "LIMIT_TIME", "LIMIT_LOSS"]
TopUpRefusal = Literal["EXCLUDED", "ON_BREAK", "LIMIT_TOPUP"]

_BY_KIND: Final[dict[str, BetRefusal]] = {"stake": "LIMIT_STAKE", "time": "LIMIT_TIME", "loss": "LIMIT_LOSS"}


def refusal_of_bet(cursor: CursorWrapper, wallet: LockedWallet, stake_minor: int, now: datetime) -> BetRefusal | None:
    """Why this stake may not be taken, or None; asked before anything else is decided about the bet."""
    state, now_ms = play_state(cursor, wallet.id), to_ms(now)
    absence = state.card.absence(now_ms)
    if absence is not None:
        return absence
    state.card.interval_ms(now_ms)  # raises for a card that makes no sense, before a stake rests on it
    sitting = state.sitting
    if sitting is not None and not sitting.has_lapsed(now_ms) and sitting.is_check_due(now_ms):
        reality_check.tell_shown(cursor, wallet, sitting, now)
        return "REALITY_CHECK_DUE"
    if not state.has_limits:
        return None
    used = ceilings.used_by(cursor, wallet.id, now)
    reached = ceilings.breached_by_stake(ceilings.ceilings_of(cursor, wallet.id), used, stake_minor)
    if reached is None:
        return None
    ceilings.tell_reached(cursor, wallet, reached, used, now)
    return _BY_KIND[reached.kind]


def refusal_of_topup(
    cursor: CursorWrapper, wallet: LockedWallet, amount_minor: int, now: datetime
) -> TopUpRefusal | None:
    """Why this top-up may not be taken, or None; never asked for the float a wallet opens with."""
    state = play_state(cursor, wallet.id)
    absence = state.card.absence(to_ms(now))
    if absence is not None or not state.has_limits:
        return absence
    used = ceilings.used_by(cursor, wallet.id, now)
    reached = ceilings.breached_by_topup(ceilings.ceilings_of(cursor, wallet.id), used, amount_minor)
    if reached is None:
        return None
    ceilings.tell_reached(cursor, wallet, reached, used, now)
    return "LIMIT_TOPUP"


def refusal_of_session(cursor: CursorWrapper, wallet: LockedWallet, now: datetime) -> Absence | None:
    """Why a provider gets no token for this player, or None."""
    return play_state(cursor, wallet.id).card.absence(to_ms(now))


def note_session(cursor: CursorWrapper, wallet: LockedWallet, now: datetime) -> None:
    """A provider got a token: the player sits down, or sits already."""
    sessions.arrive(cursor, wallet, play_state(cursor, wallet.id), now)


def note_bet(cursor: CursorWrapper, wallet: LockedWallet, stake_minor: int, now: datetime) -> None:
    """A stake is taken: it counts as lost from now on, in the sitting and on the day."""
    sessions.add_stake(cursor, wallet, stake_minor, now)
    ceilings.add_to_day(cursor, wallet.id, today(now), staked=stake_minor)


def note_win(cursor: CursorWrapper, wallet: LockedWallet, win_minor: int, now: datetime) -> None:
    """A win is paid; zero changes nothing here."""
    if win_minor:
        sessions.add_outcome(cursor, wallet, won_minor=win_minor)
        ceilings.add_to_day(cursor, wallet.id, today(now), won=win_minor)


def note_rollback(
    cursor: CursorWrapper, wallet: LockedWallet, stake_minor: int, now: datetime, *, bet_id: UUID
) -> None:
    """A stake went back: it was never lost, so it leaves the day on which it was counted."""
    sessions.add_outcome(cursor, wallet, returned_minor=stake_minor)
    ceilings.add_to_day(cursor, wallet.id, ceilings.day_of_bet(bet_id, now), staked=-stake_minor)


def note_topup(cursor: CursorWrapper, wallet: LockedWallet, amount_minor: int, now: datetime) -> None:
    """Play money was added; never told of the float a wallet opens with."""
    ceilings.add_to_day(cursor, wallet.id, today(now), topped_up=amount_minor)
