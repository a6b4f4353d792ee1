"""What the tests of live_dealer share: a shell to ask with and a feed to plug in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import AsyncClient

from fragment_kit.resilience.clock import ManualClock
from fragment_kit.testing.fake_feed import FakeFeed
from fragment_kit.testing.shell import FakeShell, trust_test_key
from fragments.live_dealer.slots import TABLES_FEED
from fragments.live_dealer.tests.reports import report, table

if TYPE_CHECKING:
    from collections.abc import Iterator

trust_test_key()


@pytest.fixture
def shell() -> FakeShell:
    return FakeShell(AsyncClient(), fragment="live_dealer")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def feed(clock: ManualClock) -> Iterator[FakeFeed]:
    with FakeFeed(report(table())).plugged_into(TABLES_FEED, clock) as plugged:
        yield plugged
