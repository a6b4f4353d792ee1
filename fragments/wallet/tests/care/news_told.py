"""What care told the world, for tests."""

from __future__ import annotations

import json
from typing import Any

from fragment_kit.events.models import OutboxEvent


def told() -> list[str]:
    """The last words of the types of care's events, in order."""
    types = OutboxEvent.objects.filter(aggregatetype="care").order_by("seq").values_list("type", flat=True)
    return [name.split(".")[2] for name in types]


def data_of(name: str) -> dict[str, Any]:
    """The data of the newest event of a kind."""
    payloads = OutboxEvent.objects.filter(aggregatetype="care", type__contains=f".{name}.").order_by("-seq")
    data: dict[str, Any] = json.loads(payloads[0].payload)["data"]
    return data
