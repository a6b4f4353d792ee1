"""`/readyz`: what the shell leans on, part by part. It asks for no traffic only when it could not serve a page."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection
from django.http import JsonResponse

from fragment_kit.serving.health import Check
from fragment_kit.serving.threads import in_thread
from shell import redis_clients
from shell.assembly import shell_process
from shell.redis_clients import REDIS_AWAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

DATABASE_S = 0.9


async def readyz(_request: HttpRequest) -> JsonResponse:
    """JSON with one entry per dependency.

    No dependency is critical: without Redis, the database or every fragment, pages still come, with the panels saying
    so. Taking the shell out of the balancer would turn a partial outage into a whole one.
    """
    checks = await asyncio.gather(_redis(), _database(), _live(), _fragments())
    is_ok = all(check.is_ok for check in checks)
    return JsonResponse({"status": "ok" if is_ok else "degraded", "checks": _by_name(checks)})


async def _redis() -> Check:
    try:
        await redis_clients.quick().ping()
    except REDIS_AWAY as error:
        return Check(name="redis", is_ok=False, detail=type(error).__name__)
    return Check(name="redis", is_ok=True)


async def _database() -> Check:
    try:
        async with asyncio.timeout(DATABASE_S):
            await in_thread(_select_one)
    except (DatabaseError, TimeoutError) as error:
        return Check(name="database", is_ok=False, detail=type(error).__name__)
    return Check(name="database", is_ok=True)


async def _live() -> Check:
    live = shell_process().live
    return Check(name="live", is_ok=live.is_up, detail=f"{len(live.hub)} sockets")


async def _fragments() -> Check:
    away = shell_process().knowledge().away
    return Check(name="fragments", is_ok=not away, detail=", ".join(away))


def _select_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _by_name(checks: Sequence[Check]) -> dict[str, dict[str, object]]:
    return {c.name: {"ok": c.is_ok, "detail": c.detail} if c.detail else {"ok": c.is_ok} for c in checks}
