"""The query side: events become lines of a player's history, and lines become pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fragments.wallet import events
from fragments.wallet.models import HistoryLine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from fragment_kit.contract.events import CloudEvent

PROJECTION: Final = "wallet-history"
PAGE_LINES: Final = 15

# What each kind of event moves for the player, in minor units; kinds that are not here leave no line.
SIGNED: Final[Mapping[str, tuple[str, Callable[[Mapping[str, Any]], int]]]] = {
    events.TOPPED_UP: ("top_up", lambda data: int(data["amount"])),
    events.BET_PLACED: ("bet", lambda data: -int(data["stake_cash"]) - int(data["stake_bonus"])),
    events.BET_SETTLED: ("win", lambda data: int(data["win"]) - int(data["stake"] if data.get("is_instant") else 0)),
    events.HOLD_CREATED: ("hold", lambda data: -int(data["amount"])),
    events.HOLD_POSTED: ("hold_post", lambda data: int(data["released"])),
    events.HOLD_VOIDED: ("hold_void", lambda data: int(data["amount"])),
    events.HOLD_EXPIRED: ("hold_expire", lambda data: int(data["amount"])),
    events.BONUS_GRANTED: ("bonus_grant", lambda data: int(data["amount"])),
    events.BONUS_CONVERTED: ("bonus_convert", lambda data: int(data["amount"])),
    events.BONUS_FORFEITED: ("bonus_forfeit", lambda data: -int(data["amount"])),
    events.PRIZE_PAID: ("prize", lambda data: int(data["amount"])),
    events.BET_ROLLED_BACK: ("rollback", lambda data: int(data["amount_cash"]) + int(data["amount_bonus"])),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """Some lines, newest first.

    Attributes:
        next_before: what asks for the lines after these, None at the end.
        known_version: the wallet's version of the newest line there is.

    """

    lines: tuple[HistoryLine, ...]
    next_before: int | None
    known_version: int


def apply(event: CloudEvent) -> None:
    """Write the line of one event; uses nothing but the event, so that a replay writes the same."""
    if event.type not in SIGNED:
        return
    kind, signed = SIGNED[event.type]
    data = event.data
    HistoryLine.objects.create(
        event_id=event.id,
        player_id=data["player_id"],
        wallet_version=event.aggregateversion,
        kind=kind,
        game_id=data.get("game_id") or "",
        round_id=data.get("round_id") or "",
        amount=signed(data),
        cash_after=int(data["cash_after"]),
        at=event.time,
    )


def page_of(player_id: str, *, before: int | None = None) -> HistoryPage:
    """One page of a player's lines, below version `before` when that is given."""
    lines = HistoryLine.objects.filter(player_id=player_id).order_by("-wallet_version")
    known = lines.values_list("wallet_version", flat=True).first() or 0
    if before is not None:
        lines = lines.filter(wallet_version__lt=before)
    found = tuple(lines[: PAGE_LINES + 1])
    shown = found[:PAGE_LINES]
    has_more = len(found) > PAGE_LINES
    return HistoryPage(lines=shown, next_before=shown[-1].wallet_version if has_more else None, known_version=known)
