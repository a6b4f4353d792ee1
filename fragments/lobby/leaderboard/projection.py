"""Counts settled bets: from one event to one player's points, in one transaction, at most once."""

from __future__ import annotations

from datetime import UTC, date
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Max, Sum

from fragment_kit.contract.errors import EventRefused
from fragments.lobby.leaderboard.models import CountedBet, CountedEvent, Score
from fragments.lobby.leaderboard.scoring import bet_points

if TYPE_CHECKING:
    from fragment_kit.contract.events import CloudEvent

GROUP: Final = "lobby.board"
STREAM: Final = "wallet"
SUBJECTS: Final = f"{STREAM}/"
SETTLED: Final = "shell.wallet.bet_settled.v1"
ROLLED_BACK: Final = "shell.wallet.bet_rolled_back.v1"
COUNTED_TYPES: Final = frozenset({SETTLED, ROLLED_BACK})


def count(event: CloudEvent) -> None:
    """Apply one event inside the caller's transaction; an event that was counted before changes nothing.

    Uses nothing but the event's own fields: its own time decides the day, its arrival decides ties.

    Raises:
        EventRefused: a field that points are made of is missing or not what the catalogue says.

    """
    if event.type not in COUNTED_TYPES:
        return
    counted, is_new = CountedEvent.objects.get_or_create(event_id=event.id)
    if not is_new:
        return
    if event.type == SETTLED:
        _settle(event, counted.pk)
    else:
        _roll_back(event)


def board_day(event: CloudEvent) -> date:
    """The board that an event belongs to: its UTC day."""
    return event.time.astimezone(UTC).date()


def _settle(event: CloudEvent, reached_seq: int) -> None:
    multiplier_bp, bet_id = _whole(event, "multiplier_bp"), _text(event, "bet_transaction_id")
    if multiplier_bp == 0 or CountedBet.objects.filter(bet_id=bet_id, is_rolled_back=True).exists():
        return
    day, player = board_day(event), _text(event, "player_id")
    bet, _ = CountedBet.objects.select_for_update().get_or_create(day=day, bet_id=bet_id, defaults={"player": player})
    bet.multiplier_bp += multiplier_bp
    gained = bet_points(bet.multiplier_bp) - bet.points
    if gained > 0:
        bet.points += gained
        bet.reached_seq = reached_seq
        _add(day, player, gained, reached_seq)
    bet.save()


def _add(day: date, player: str, gained: int, reached_seq: int) -> None:
    score, _ = Score.objects.select_for_update().get_or_create(day=day, player=player)
    score.points += gained
    score.reached_seq = reached_seq
    score.save()


def _roll_back(event: CloudEvent) -> None:
    bet_id = _text(event, "bet_transaction_id")
    counted = list(CountedBet.objects.select_for_update().filter(bet_id=bet_id))
    if not counted:
        CountedBet.objects.create(
            day=board_day(event), bet_id=bet_id, player=_text(event, "player_id"), is_rolled_back=True
        )
    for bet in counted:
        bet.is_rolled_back = True
        bet.save(update_fields=["is_rolled_back"])
        _recount(bet.day, bet.player)


def _recount(day: date, player: str) -> None:
    """Sum up anew, as if the bet had never been: the place goes back to when the remaining points were reached."""
    kept = CountedBet.objects.filter(day=day, player=player, is_rolled_back=False)
    found = kept.aggregate(points=Sum("points"), reached=Max("reached_seq"))
    Score.objects.filter(day=day, player=player).update(points=found["points"] or 0, reached_seq=found["reached"] or 0)


def _text(event: CloudEvent, key: str) -> str:
    value: Any = event.data.get(key)
    if not isinstance(value, str) or not value:
        raise EventRefused(f"{event.type} {event.id}: data.{key} must be a text, not {value!r}.")
    return value


def _whole(event: CloudEvent, key: str) -> int:
    value: Any = event.data.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise EventRefused(f"{event.type} {event.id}: data.{key} must be a whole number from 0, not {value!r}.")
    return value
