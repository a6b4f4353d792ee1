"""Says whether the process is up (`/healthz`) and whether it should get traffic (`/readyz`)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse

from fragment_kit.resilience.deadline import Deadline
from fragment_kit.serving.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from fragment_kit.serving.view import View

READY_TIMEOUT_MS = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What one dependency said; `is_critical` means that without it the service should get no traffic."""

    name: str
    is_ok: bool
    is_critical: bool = False
    detail: str = ""


class Probe(Protocol):
    """Asks one dependency whether it is there; a FeedClient is one."""

    async def check(self, deadline: Deadline) -> Check: ...


async def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer while the process is up; touches nothing."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz_view(probes: Sequence[Probe]) -> View:
    """The view behind `/readyz`: asks the database and every feed at once, within one deadline."""
    everyone = (DatabaseProbe(), *probes)

    async def readyz(_request: HttpRequest) -> HttpResponse:
        deadline = Deadline.after_ms(READY_TIMEOUT_MS)
        checks = await asyncio.gather(*(probe.check(deadline) for probe in everyone))
        is_down = any(check.is_critical and not check.is_ok for check in checks)
        status = "down" if is_down else "ok" if all(check.is_ok for check in checks) else "degraded"
        return JsonResponse({"status": status, "checks": _by_name(checks)}, status=503 if is_down else 200)

    return readyz


def _by_name(checks: Sequence[Check]) -> dict[str, dict[str, object]]:
    return {c.name: {"ok": c.is_ok, "detail": c.detail} if c.detail else {"ok": c.is_ok} for c in checks}


class DatabaseProbe:
    """Asks the service's own database for a number."""

    async def check(self, _deadline: Deadline) -> Check:
        try:
            await in_thread(_select_one)
        except DatabaseError as error:
            return Check(name="database", is_ok=False, is_critical=True, detail=type(error).__name__)
        return Check(name="database", is_ok=True, is_critical=True)


def _select_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
