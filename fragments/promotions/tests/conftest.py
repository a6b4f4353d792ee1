"""What the tests of promotions share: a shell to ask with and a feed to plug in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import AsyncClient

from fragment_kit.resilience.clock import ManualClock
from fragment_kit.testing.fake_feed import FakeFeed
from fragment_kit.testing.shell import FakeShell, trust_test_key
from fragments.promotions.slots import OFFERS_FEED
from fragments.promotions.tests.sample_offers import offer, offers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

trust_test_key()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A real file: queries run in threads, and those would lock each other's tables in a database in memory."""
    from django.conf import settings

    folder: Path = tmp_path_factory.mktemp("promotions")
    settings.DATABASES["default"]["TEST"]["NAME"] = str(folder / "promotions.sqlite3")


@pytest.fixture
def shell() -> FakeShell:
    return FakeShell(AsyncClient(), fragment="promotions")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def feed(clock: ManualClock, transactional_db: None) -> Iterator[FakeFeed]:
    with FakeFeed(offers(offer())).plugged_into(OFFERS_FEED, clock) as plugged:
        yield plugged
