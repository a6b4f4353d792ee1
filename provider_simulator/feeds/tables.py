"""The tables feed: live tables whose seats, dealers, states and results move on by themselves every second."""

from __future__ import annotations

from typing import Any, Literal

from provider_simulator.chance import draw, drift, pick, rfc3339, weighted
from provider_simulator.feeds.table_plans import DEALERS, TABLE_PLANS, TablePlan

Status = Literal["OPEN", "CLOSED", "MAINTENANCE", "DEALER_CHANGE", "SHUFFLING"]

RESULTS_SHOWN = 20
SEATS_MOVE_S = 12
SHIFT_S = 240
DEALER_CHANGE_S = 9
SHOE_S, SHUFFLE_FROM_S = 65, 57
REPAIR_FROM_S, REPAIR_UNTIL_S = 60, 110
# Of so many shifts, one is not opened at all and one is interrupted by a repair.
SHIFTS_PER_MISHAP = 24

# Shares out of 10,000 as the rules of each game give them; roulette is one wheel with one zero.
RESULTS: dict[str, tuple[tuple[str, int], ...]] = {
    "roulette": tuple((str(number), 1) for number in range(37)),
    "blackjack": (
        ("dealer-17", 1_450), ("dealer-18", 1_390), ("dealer-19", 1_350), ("dealer-20", 1_800),
        ("dealer-21", 730), ("dealer-blackjack", 470), ("dealer-bust", 2_810),
    ),
    "baccarat": (("banker", 4_586), ("player", 4_462), ("tie", 952)),
}  # fmt: skip


def tables_at(seed: int, at_s: float) -> dict[str, Any]:
    """Return the feed's body: one state a second, `feed_seq` rising with it; results are newest first."""
    second = int(at_s)
    return {
        "as_of": rfc3339(second),
        "feed_seq": second,
        "tables": [_table(seed, plan, second) for plan in TABLE_PLANS],
    }


def status_at(seed: int, plan: TablePlan, second: int) -> Status:
    """Return the table's state; each table has a day of shifts of its own, moved by a phase."""
    shift, into = _shift(seed, plan, second)
    mishap = draw(seed, plan.table_id, "mishap", shift) % SHIFTS_PER_MISHAP
    if mishap == 0:
        return "CLOSED"
    if mishap == 1 and REPAIR_FROM_S <= into < REPAIR_UNTIL_S:
        return "MAINTENANCE"
    if into < DEALER_CHANGE_S:
        return "DEALER_CHANGE"
    if plan.game != "roulette" and into % SHOE_S >= SHUFFLE_FROM_S:
        return "SHUFFLING"
    return "OPEN"


def _table(seed: int, plan: TablePlan, second: int) -> dict[str, Any]:
    status = status_at(seed, plan, second)
    return {
        "provider": plan.provider,
        "table_id": plan.table_id,
        "name": plan.name,
        "game": plan.game,
        "status": status,
        "seats_taken": _seats_taken(seed, plan, status, second),
        "seats_total": plan.seats_total,
        "limits": {"CHIP": {"min": str(plan.min_bet), "max": str(plan.max_bet)}},
        "dealer": _dealer(seed, plan, status, second),
        "updated_at": rfc3339(second),
        "results": _results(seed, plan, second),
    }


def _seats_taken(seed: int, plan: TablePlan, status: Status, second: int) -> int | None:
    if status == "MAINTENANCE":
        return None  # nobody counts seats at a table under repair: unknown is not zero
    if status == "CLOSED":
        return 0
    crowd = drift(second, SEATS_MOVE_S, seed, plan.table_id, "seats")
    return round(crowd * plan.seats_total)


def _dealer(seed: int, plan: TablePlan, status: Status, second: int) -> dict[str, str] | None:
    if status in ("CLOSED", "MAINTENANCE", "DEALER_CHANGE"):
        return None
    shift, _ = _shift(seed, plan, second)
    return {"name": pick(DEALERS, seed, plan.table_id, "dealer", shift)}


def _results(seed: int, plan: TablePlan, second: int) -> list[dict[str, str]]:
    played: list[dict[str, str]] = []
    number = second // plan.round_s
    oldest = number - 4 * RESULTS_SHOWN
    while len(played) < RESULTS_SHOWN and number > oldest:
        ended = number * plan.round_s
        if status_at(seed, plan, ended) not in ("CLOSED", "MAINTENANCE"):
            result = weighted(RESULTS[plan.game], seed, plan.table_id, "result", number)
            played.append({"round_id": f"{plan.table_id}-{number}", "result": result, "at": rfc3339(ended)})
        number -= 1
    return played


def _shift(seed: int, plan: TablePlan, second: int) -> tuple[int, int]:
    return divmod(second + draw(seed, plan.table_id, "phase") % SHIFT_S, SHIFT_S)
