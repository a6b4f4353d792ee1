"""Gives every request that Django serves its player and its session, on the event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from asgiref.sync import markcoroutinefunction
from django.contrib.auth.models import AnonymousUser

from shell.players.cookies import give_session_cookie, take_session_cookie
from shell.players.identity import IDENTITY, SessionUnknown, session_key_of
from shell.players.sessions import SessionStore

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

# These answer for the process and touch nothing else, a session least of all.
PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})


class PlayerMiddleware:
    """Sets `request.player` (PlayerSession or None) and `request.session`, and keeps a changed session.

    `request.is_session_unknown` tells a player whom nobody can name right now from a visitor.
    """

    async_capable = True
    sync_capable = False

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: Any) -> HttpResponseBase:
        """Answer for this player, then store the session when the view changed it."""
        key = session_key_of({"headers": [(b"cookie", request.META.get("HTTP_COOKIE", "").encode("latin-1"))]})
        request.session = SessionStore(key)
        request.user = AnonymousUser()
        whose = None if request.path_info in PROBES else await IDENTITY.of_key(key)
        request.is_session_unknown = isinstance(whose, SessionUnknown)
        request.player = None if isinstance(whose, SessionUnknown) else whose
        response: HttpResponseBase = await self.get_response(request)
        if request.session.modified:
            await _keep(request, response)
        return response


async def _keep(request: HttpRequest, response: HttpResponseBase) -> None:
    """Store a session that has content; one that was emptied also leaves the browser."""
    if request.session.is_empty():
        take_session_cookie(response)
        return
    await request.session.asave()
    max_age_s = await request.session.aget_expiry_age()
    give_session_cookie(response, request.session.session_key or "", max_age_s=max_age_s)
