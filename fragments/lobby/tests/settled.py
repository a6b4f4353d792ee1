"""Events as the wallet tells them, for tests of the board."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from fragment_kit.contract.events import CloudEvent
from fragments.lobby.leaderboard.projection import ROLLED_BACK, SETTLED, STREAM, count

if TYPE_CHECKING:
    from collections.abc import Iterable

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def settled(player: str, multiplier_bp: Any, *, bet: str = "", number: int = 1, after_s: float = 0) -> CloudEvent:
    """A settlement that returned `multiplier_bp` of the stake; `number` makes id, version and, unless named, bet."""
    return _event(SETTLED, player, bet or f"bet-{number}", number, after_s, multiplier_bp=multiplier_bp)


def rolled_back(player: str, *, bet: str, number: int, after_s: float = 0) -> CloudEvent:
    return _event(ROLLED_BACK, player, bet, number, after_s)


def arrive(*events: CloudEvent) -> None:
    """Count events as the kit does: each in a transaction of its own."""
    _arrive(events)


def _arrive(events: Iterable[CloudEvent]) -> None:
    for event in events:
        with transaction.atomic():
            count(event)


def _event(kind: str, player: str, bet: str, number: int, after_s: float, **more: Any) -> CloudEvent:
    data = {"player_id": player, "wallet_id": f"w-{player}", "currency": "CHIP", "bet_transaction_id": bet, **more}
    return CloudEvent(
        id=f"event-{number}",
        source=f"/{STREAM}",
        type=kind,
        subject=f"{STREAM}/w-{player}",
        aggregateversion=number,
        time=NOON + timedelta(seconds=after_s),
        data=data,
        partitionkey=f"w-{player}",
    )
