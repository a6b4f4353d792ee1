"""What the provider says about its offers, for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any


def offer(campaign_id: str = "spring", **changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "campaign_id": campaign_id,
        "terms_version": "1",
        "title": "Spring spins",
        "summary": "Ten free rounds a day.",
        "vertical": "slots",
        "wagering_x": 5,
        "max_bet": "500",
        "expires_at": (now + timedelta(days=3)).isoformat(),
        "opt_in_until": (now + timedelta(days=2)).isoformat(),
        "eligible_categories": ["slots"],
        **changes,
    }


def offers(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"as_of": datetime.now(UTC).isoformat(), "offers": list(entries)}
