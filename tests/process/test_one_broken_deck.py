"""The headline as a test: whatever happens to one fragment or feed, only its own panel changes."""

from __future__ import annotations

import re
import signal
import statistics
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.process.conftest import PANELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stack import Stack
    from tests.visitor import Visitor

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("healthy")]

PANEL_OF = {
    "wallet": "wallet.balance",
    "live_dealer": "live_dealer.tables",
    "promotions": "promotions.offers",
    "lobby": "lobby.games",
}
FEED_OF = {"wallet": "payments", "live_dealer": "tables", "promotions": "offers", "lobby": "catalogue"}
DEADLINE_MS = {"wallet.balance": 400, "live_dealer.tables": 600, "promotions.offers": 600, "lobby.games": 600}
FAULTS = ("killed", "stopped", "feed_down", "feed_hanging")
FIRST_BYTE_SAMPLES = 9


@contextmanager
def broken(stack: Stack, fragment: str, fault: str) -> Iterator[None]:
    """One fragment in one kind of trouble; a killed one is restarted by the supervisor, the others heal at the end."""
    match fault:
        case "killed":
            stack.kill(fragment, signal.SIGKILL)
            yield
        case "stopped":
            stack.kill(fragment, signal.SIGSTOP)
            try:
                yield
            finally:
                stack.kill(fragment, signal.SIGCONT)
        case _:
            stack.feed(FEED_OF[fragment], "down" if fault == "feed_down" else "hang")
            yield
            stack.feed(FEED_OF[fragment], "up")


def first_byte_ms(player: Visitor) -> float:
    samples = [player.first_byte_ms("/") for _ in range(FIRST_BYTE_SAMPLES)]
    assert {status for status, _ in samples} == {200}
    return statistics.median(took_ms for _, took_ms in samples)


def still(html: str) -> str:
    """A panel without the keys that make each form's sending unique; everything else must stay, byte for byte."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "<key>", html)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("fragment", sorted(PANEL_OF))
def test_it_changes_only_the_panel_of_what_is_broken(stack: Stack, ana: Visitor, fragment: str, fault: str) -> None:
    panel = PANEL_OF[fragment]
    others = [name for name in PANELS if name.split(".")[0] != fragment]
    before = {name: still(ana.panel(name).html) for name in others}
    first_byte_before_ms = first_byte_ms(ana)
    with broken(stack, fragment, fault):
        seen = ana.panel(panel)
        assert seen.status == 200
        assert seen.state in {"stale", "degraded", "unavailable"}, f"{panel} says {seen.state}"
        assert seen.took_ms < DEADLINE_MS[panel] + 100
        assert {name: still(ana.panel(name).html) for name in others} == before
        assert abs(first_byte_ms(ana) - first_byte_before_ms) < 20
    ana.until(lambda: ana.panel(panel).state == "fresh", limit_s=10)
