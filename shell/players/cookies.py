"""The session cookie: readable by no script, sent to no other site, `__Host-` and Secure in production."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpResponseBase


def give_session_cookie(response: HttpResponseBase, key: str, *, max_age_s: int) -> None:
    """Let the browser keep the session's key for as long as the session can last."""
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        key,
        max_age=max_age_s,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    response.headers["Cache-Control"] = "no-store"


def take_session_cookie(response: HttpResponseBase) -> None:
    """Have the browser forget the session."""
    response.delete_cookie(settings.SESSION_COOKIE_NAME, samesite="Lax")
