"""One database per service: an SQLite file by default, PostgreSQL when `DATABASE_URL` says so."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from fragment_kit.contract.errors import SettingRefused

if TYPE_CHECKING:
    from pathlib import Path

    from fragment_kit.serving.env import Env

# WAL lets readers go on while one writer writes; IMMEDIATE takes the write lock at BEGIN, so that two commands
# queue for it instead of failing half way (an upgrade from a read lock cannot wait in SQLite).
_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; PRAGMA foreign_keys=ON; PRAGMA mmap_size=67108864;"
)
LOCK_WAIT_S = 10


def database(
    service: str, *, var_dir: Path, synchronous: str = "NORMAL", env: Env = os.environ
) -> dict[str, dict[str, Any]]:
    """Django's DATABASES for one service; `synchronous` is FULL where a lost commit would lose money."""
    address = env.get("DATABASE_URL")
    if not address:
        return {"default": _sqlite(str(var_dir / f"{service}.sqlite3"), synchronous)}
    parts = urlsplit(address)
    if parts.scheme == "sqlite":
        return {"default": _sqlite(unquote(parts.path), synchronous)}
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": parts.path.lstrip("/"),
                "USER": unquote(parts.username or ""),
                "PASSWORD": unquote(parts.password or ""),
                # libpq's own way to name a socket's folder: postgresql://user@/wallet?host=/run/postgresql
                "HOST": dict(parse_qsl(parts.query)).get("host") or parts.hostname or "",
                "PORT": str(parts.port or ""),
                "CONN_MAX_AGE": 60,
            }
        }
    raise SettingRefused(f"DATABASE_URL begins with {parts.scheme!r}; use sqlite:///path or postgresql://….")


def _sqlite(name: str, synchronous: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": LOCK_WAIT_S,
            "init_command": _PRAGMAS.format(synchronous=synchronous),
        },
        "TEST": {"NAME": None},
    }
