"""The player's status page: made from what the shell knows already, so that it comes whatever is away."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shell.assembly import shell_process
from shell.status.summary import summarise

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from shell.players.identity import PlayerSession


@never_cache
@require_safe
async def status(request: HttpRequest) -> HttpResponse:
    """Rows are things people do; no part is asked while the player waits."""
    known = shell_process().knowledge()
    summary = summarise(known)
    now = datetime.now(UTC)
    # What was refused and why is for those who can mend it: a player's page names no parts.
    player: PlayerSession | None = getattr(request, "player", None)
    notes = known.problems if settings.DEBUG or (player and player.is_staff) else ()
    context: dict[str, Any] = {
        "all_working": summary.all_working,
        "summary": summary.sentence,
        "rows": summary.rows,
        "notes": [{"words": words} for words in notes],
        "updated_at": now.isoformat(timespec="seconds"),
        "updated_words": f"{now:%H:%M:%S} UTC",
    }
    return render(request, "status/status.html", context)
