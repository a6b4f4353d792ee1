"""What the provider says about its tables, for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def table(table_id: str = "roulette-a", **changes: Any) -> dict[str, Any]:
    return {
        "provider": "studio-one",
        "table_id": table_id,
        "name": "Roulette A",
        "game": "roulette",
        "status": "OPEN",
        "seats_taken": 3,
        "seats_total": 7,
        "limits": {"CHIP": {"min": "100", "max": "50000"}},
        "dealer": {"name": "Ida"},
        "updated_at": "2026-11-23T19:00:00+00:00",
        "results": [{"round_id": "r1", "result": "17", "at": "2026-11-23T18:59:00+00:00"}],
        **changes,
    }


def report(*tables: dict[str, Any]) -> dict[str, Any]:
    return {"as_of": datetime.now(UTC).isoformat(), "feed_seq": 1, "tables": list(tables)}
