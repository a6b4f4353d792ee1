"""Keeps the relay single: one leader publishes, so that events leave in the order of their sequence."""

from __future__ import annotations

import os
import socket
import time
import zlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from django.db import connections
from django.db.models import Q
from django.utils import timezone

from fragment_kit.events.models import RelayLease

if TYPE_CHECKING:
    from collections.abc import Callable

LEASE_S: Final = 5.0


class Leadership(Protocol):
    """A right that one process holds at a time; both methods run in the relay's one database thread."""

    def acquire(self) -> bool:
        """Whether this process may publish now."""
        ...

    def release(self) -> None:
        """Give the right up, so that another need not wait for it to run out."""
        ...


def leadership(name: str, *, using: str = "default") -> Leadership:
    """The strongest kind that the database offers."""
    if connections[using].vendor == "postgresql":
        return AdvisoryLock(name, using=using)
    return LeaseRow(name, using=using)


class LeaseRow:
    """A row with an owner and an end, for SQLite.

    The renewal is a write, so it happens only when a third of the lease is over. A leader that slept past its end may
    publish a batch twice; consumers drop what they have had.
    """

    def __init__(
        self,
        name: str,
        *,
        using: str = "default",
        owner: str = "",
        lease_s: float = LEASE_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._using = using
        self._owner = owner or f"{socket.gethostname()}-{os.getpid()}"
        self._lease_s = lease_s
        self._monotonic = monotonic
        self._renew_at_s = 0.0

    def acquire(self) -> bool:
        now_s = self._monotonic()
        if now_s < self._renew_at_s:
            return True
        now = timezone.now()
        until = now + timedelta(seconds=self._lease_s)
        rows = RelayLease.objects.using(self._using)
        free_or_mine = Q(owner=self._owner) | Q(expires_at__lt=now)
        is_mine = bool(rows.filter(free_or_mine, name=self._name).update(owner=self._owner, expires_at=until))
        if not is_mine:
            defaults = {"owner": self._owner, "expires_at": until}
            _, is_mine = rows.get_or_create(name=self._name, defaults=defaults)
        self._renew_at_s = now_s + self._lease_s / 3 if is_mine else 0.0
        return is_mine

    def release(self) -> None:
        self._renew_at_s = 0.0
        RelayLease.objects.using(self._using).filter(name=self._name, owner=self._owner).delete()


class AdvisoryLock:
    """PostgreSQL's lock of the session: it ends with the connection, so a dead leader never blocks."""

    def __init__(self, name: str, *, using: str = "default") -> None:
        self._key = zlib.crc32(name.encode())
        self._using = using

    def acquire(self) -> bool:
        # Asking anew for a lock one holds would count up; pg_locks says whether this very session has it.
        with connections[self._using].cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
                " AND classid = 0 AND objid = %s AND granted) OR pg_try_advisory_lock(%s)",
                [self._key, self._key],
            )
            return bool(cursor.fetchone()[0])

    def release(self) -> None:
        with connections[self._using].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [self._key])
