"""What the wallet's tests share: books of their own per test, a casino to play in, a shell and a feed."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import AsyncClient

from fragment_kit.testing.fake_feed import FakeFeed
from fragment_kit.testing.shell import FakeShell, trust_test_key
from fragments.wallet.payments_feed import PAYMENTS
from fragments.wallet.tests.casino import Casino

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django import DjangoDbBlocker

trust_test_key()


@pytest.fixture(scope="session")
def empty_books(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Path:
    """A migrated database file, to be copied."""
    path = tmp_path_factory.mktemp("books") / "empty.sqlite3"
    with django_db_blocker.unblock():
        _open(path)
        call_command("migrate", verbosity=0)
        with connections["default"].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connections.close_all()
    return path


@pytest.fixture
def books(empty_books: Path, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """A database file of this test's own.

    Not pytest-django's: those are emptied by deleting rows, which the ledger's triggers refuse, and threads must see
    what other threads have committed.
    """
    path = tmp_path / "wallet.sqlite3"
    shutil.copy(empty_books, path)
    with django_db_blocker.unblock():
        _open(path)
        yield path
        connections.close_all()


def _open(path: Path) -> None:
    connections.close_all()
    # Every thread's connection reads this same dictionary; max age 0 lets pool threads drop the last test's file.
    connections["default"].settings_dict.update(NAME=str(path), CONN_MAX_AGE=0)


@pytest.fixture
def casino(books: Path) -> Casino:
    return Casino(now=datetime(2026, 11, 23, 19, 0, tzinfo=UTC))


@pytest.fixture
def shell(books: Path) -> FakeShell:
    return FakeShell(AsyncClient(), fragment="wallet")


@pytest.fixture
def payments() -> Iterator[FakeFeed]:
    body = {"as_of": "2026-11-23T19:00:00Z", "status": "open", "amounts": ["1000", "2500", "50000"], "currency": "CHIP"}
    with FakeFeed(body).plugged_into(PAYMENTS) as feed:
        yield feed
