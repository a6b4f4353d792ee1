"""Sign-in and sign-out: two small forms that also answer in clear words while Redis is away."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import aauthenticate, alogin
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shell.players.cookies import take_session_cookie
from shell.players.identity import IDENTITY, session_key_of
from shell.players.next_page import next_page
from shell.players.session_records import SessionsAway
from shell.players.sessions import SessionStore

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest, HttpResponse

WRONG = "This name and password do not belong together. Check both and try again."
AWAY = "Signing in is not possible right now. Your money and your account are safe; please try again in a minute."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
async def sign_in(request: HttpRequest) -> HttpResponse:
    """The form, and what comes of it: 303 onwards, 422 with the form for a wrong password, 503 while Redis is away."""
    if request.method != "POST":
        return _form(request, asked=request.GET.get("next", ""))
    username = request.POST.get("username", "").strip()
    user = await aauthenticate(request, username=username, password=request.POST.get("password", ""))
    if user is None:
        return _form(request, asked=request.POST.get("next", ""), username=username, error=WRONG, status=422)
    try:
        await _begin_session(request, user)
    except SessionsAway:
        request.session = SessionStore()
        return _form(request, asked=request.POST.get("next", ""), username=username, error=AWAY, status=503)
    return HttpResponseRedirect(next_page(request.POST.get("next", "")), status=303)


@never_cache
@require_POST
async def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session at once and go home; the sockets of the session close within seconds."""
    key = session_key_of({"headers": [(b"cookie", request.META.get("HTTP_COOKIE", "").encode("latin-1"))]})
    if key:
        await IDENTITY.sign_out(key)
    request.session = SessionStore()
    response = HttpResponseRedirect("/", status=303)
    take_session_cookie(response)
    # What a shared computer may still hold of the player's pages is not for the next one.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


async def _begin_session(request: HttpRequest, user: User) -> None:
    """A new key for every sign-in, so that a key planted before it is worth nothing."""
    await alogin(request, user)
    name = user.get_username()
    details = {
        "player": name,
        "display_name": user.first_name or name,
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "is_staff": user.is_staff,
    }
    await request.session.aupdate(details)
    await request.session.asave()
    IDENTITY.began(request.session.session_key or "", details)


def _form(request: HttpRequest, *, asked: str, username: str = "", error: str = "", status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "next": next_page(asked),
        "username": username,
        "error": error,
        "demo_players": settings.DEMO_PLAYERS,
        "demo_password": settings.DEMO_PASSWORD,
    }
    return render(request, "players/signin.html", context, status=status)
