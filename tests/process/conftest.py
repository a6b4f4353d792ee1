"""One running stack for the tests of real processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stack import Stack
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

PANELS = ("wallet.balance", "live_dealer.tables", "promotions.offers", "lobby.games", "lobby.board")


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with (
        Stack.start(options=["--no-bots"], env={"SIMULATOR_STILL": "1"}) as running,
        Visitor(running.shell_url).sign_in() as player,
    ):
        player.until(lambda: all(player.panel(name).state in {"fresh", "empty"} for name in PANELS), 30)
        yield running


@pytest.fixture(scope="session")
def ana(stack: Stack) -> Iterator[Visitor]:
    with Visitor(stack.shell_url).sign_in("ana") as player:
        yield player


@pytest.fixture
def healthy(stack: Stack, ana: Visitor) -> Iterator[None]:
    """Every test finds, and leaves, a floor where everything works."""
    yield
    for feed in ("payments", "tables", "offers", "catalogue"):
        stack.feed(feed, "up")
    ana.until(lambda: all(ana.panel(name).state in {"fresh", "empty"} for name in PANELS), 15)
