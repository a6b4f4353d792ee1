"""Asks a fragment, between requests, what it says about itself at `/readyz`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import httpx

from fragment_kit.contract.errors import FragmentKitError
from shell.upkeep.out_of_band import get

if TYPE_CHECKING:
    from collections.abc import Iterable

PROBE_TIMEOUT_MS: Final = 1_000


async def ask_ready(client: httpx.AsyncClient, addresses: Iterable[str]) -> dict[str, Any] | None:
    """The first answer of a fragment's addresses, or None when none of them gives a sensible one."""
    for address in addresses:
        try:
            _, raw = await get(client, f"{address}/readyz", timeout_ms=PROBE_TIMEOUT_MS)
            body = json.loads(raw)
        except (httpx.HTTPError, FragmentKitError, ValueError):
            continue
        if isinstance(body, dict):
            return body
    return None


def troubles_of(answer: dict[str, Any] | None) -> frozenset[str]:
    """What is wrong with a fragment: "down", or the names of the checks that it fails."""
    if answer is None or answer.get("status") == "down":
        return frozenset({"down"})
    checks = answer.get("checks")
    if not isinstance(checks, dict):
        return frozenset()
    return frozenset(name for name, check in checks.items() if isinstance(check, dict) and check.get("ok") is False)
