"""What the wallet's tests share: books of their own per test, a casino to play in, a shell and a feed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.db import connections
from django.test import AsyncClient

from fragment_kit.testing.fake_feed import FakeFeed
from fragment_kit.testing.shell import FakeShell, trust_test_key
from fragments.wallet.payments_feed import PAYMENTS
from fragments.wallet.tests.casino import Casino
from fragments.wallet.tests.library import FileLibrary, PostgresLibrary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker

    from fragments.wallet.tests.library import Library

trust_test_key()


def pytest_configure(config: pytest.Config) -> None:
    # Threads that a test leaves behind end with their connections, which psycopg says of each.
    config.addinivalue_line("filterwarnings", "ignore:.*psycopg.Connection.*while still open:ResourceWarning")


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[Library]:
    """Where new books come from, on the database that DATABASE_URL names."""
    with django_db_blocker.unblock():
        kind = PostgresLibrary if connections["default"].vendor == "postgresql" else FileLibrary
        yield kind(tmp_path_factory.mktemp("books"))


@pytest.fixture
def books(library: Library, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database of this test's own; its name.

    Not pytest-django's: those are emptied by deleting rows, which the ledger's triggers refuse, and threads must see
    what other threads have committed.
    """
    with django_db_blocker.unblock():
        name = library.lend()
        yield name
        library.take_back(name)


@pytest.fixture
def casino(books: str) -> Casino:
    return Casino(now=datetime(2026, 11, 23, 19, 0, tzinfo=UTC))


@pytest.fixture
def shell(books: str) -> FakeShell:
    return FakeShell(AsyncClient(), fragment="wallet")


@pytest.fixture
def payments() -> Iterator[FakeFeed]:
    body = {"as_of": "2026-11-23T19:00:00Z", "status": "open", "amounts": ["1000", "2500", "50000"], "currency": "CHIP"}
    with FakeFeed(body).plugged_into(PAYMENTS) as feed:
        yield feed
