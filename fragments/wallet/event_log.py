"""`GET /events?subject=&after=`: the outbox as a log, for projections that missed something."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.http import HttpResponse

from fragment_kit.events.replay import PAGE, logged_payloads
from fragment_kit.serving.panel import refusal
from fragment_kit.serving.threads import in_thread

if TYPE_CHECKING:
    from django.http import HttpRequest

_SUBJECT: Final = re.compile(r"(wallet|transaction|care)/[0-9a-f\-]{36}")
_VERSION: Final = re.compile(r"[0-9]{1,18}")


async def events_view(request: HttpRequest) -> HttpResponse:
    """Events of one subject above a version, oldest first: `{"events": [<CloudEvents JSON>, …], "more": false}`."""
    subject, after = request.GET.get("subject", ""), request.GET.get("after", "0")
    limit = request.GET.get("limit", str(PAGE))
    if not _SUBJECT.fullmatch(subject):
        return refusal(400, "subject must be wallet/<id>, transaction/<id> or care/<id>.")
    if not _VERSION.fullmatch(after) or not _VERSION.fullmatch(limit):
        return refusal(400, "after and limit must be whole numbers.")
    size = max(1, min(int(limit), PAGE))
    payloads = await in_thread(logged_payloads, subject, int(after), limit=size + 1)
    return HttpResponse(_body(payloads[:size], has_more=len(payloads) > size), content_type="application/json")


def _body(payloads: list[str], *, has_more: bool) -> str:
    # Each payload is JSON already, and is passed on letter for letter.
    return f'{{"events":[{",".join(payloads)}],"more":{"true" if has_more else "false"}}}'
