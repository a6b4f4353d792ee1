"""What the tests of lobby share: a shell to ask with, a feed to plug in, a database in a file, and a day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.test import AsyncClient

from fragment_kit.resilience.clock import ManualClock
from fragment_kit.testing.fake_feed import FakeFeed
from fragment_kit.testing.shell import FakeShell, trust_test_key
from fragments.lobby.slots import CATALOGUE_FEED
from fragments.lobby.tests.shelves import Provider

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

trust_test_key()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A real file: queries run in threads, each with a connection of its own."""
    from django.conf import settings

    folder: Path = tmp_path_factory.mktemp("lobby")
    settings.DATABASES["default"]["TEST"]["NAME"] = str(folder / "lobby.sqlite3")


@pytest.fixture
def shell() -> FakeShell:
    return FakeShell(AsyncClient(), fragment="lobby")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def feed(provider: Provider, clock: ManualClock) -> Iterator[FakeFeed]:
    with FakeFeed(provider.page).plugged_into(CATALOGUE_FEED, clock) as plugged:
        yield plugged


@pytest.fixture
def noon() -> datetime:
    return datetime(2026, 11, 23, 12, tzinfo=UTC)
