"""Lends each test a migrated database of its own: a copied file on SQLite, a copied database on PostgreSQL."""

from __future__ import annotations

import shutil
from itertools import count
from typing import TYPE_CHECKING, Protocol

from django.core.management import call_command
from django.db import connections

if TYPE_CHECKING:
    from pathlib import Path


class Library(Protocol):
    """Makes books and takes them back."""

    def lend(self) -> str:
        """A fresh database, already the one that every thread connects to; its name."""
        ...

    def take_back(self, name: str) -> None:
        """Close and forget it."""
        ...


def use(name: str) -> None:
    """Let every new connection go to this database."""
    connections.close_all()
    # Every thread's connection reads this same dictionary; max age 0 lets pool threads drop the last test's database.
    connections["default"].settings_dict.update(NAME=name, CONN_MAX_AGE=0)


class FileLibrary:
    """Copies a migrated SQLite file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        self._empty = folder / "empty.sqlite3"
        # A test's books need not survive a power cut, and on a busy disk each bet would wait for it.
        options = connections["default"].settings_dict["OPTIONS"]
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
        use(str(self._empty))
        call_command("migrate", verbosity=0)
        with connections["default"].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connections.close_all()

    def lend(self) -> str:
        path = self._folder / f"wallet-{next(self._numbers)}.sqlite3"
        shutil.copy(self._empty, path)
        use(str(path))
        return str(path)

    def take_back(self, name: str) -> None:
        connections.close_all()


class PostgresLibrary:
    """Copies a migrated database inside the server; a lingering connection of the last test is sent home first."""

    def __init__(self, folder: Path) -> None:
        self._numbers = count()
        self._home = str(connections["default"].settings_dict["NAME"])
        self._empty = f"{self._home}_empty"
        self._tell(f"DROP DATABASE IF EXISTS {self._empty} WITH (FORCE)", f"CREATE DATABASE {self._empty}")
        use(self._empty)
        call_command("migrate", verbosity=0)
        connections.close_all()

    def lend(self) -> str:
        name = f"{self._home}_{next(self._numbers)}"
        self._tell(f"CREATE DATABASE {name} TEMPLATE {self._empty}")
        use(name)
        return name

    def take_back(self, name: str) -> None:
        self._tell(f"DROP DATABASE {name} WITH (FORCE)")

    def _tell(self, *statements: str) -> None:
        use(self._home)
        with connections["default"].cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connections.close_all()
