"""What every answer of the shell says to the browser about trust, and the guards that say it on the event loop."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from asgiref.sync import markcoroutinefunction
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.middleware.csrf import CsrfViewMiddleware

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest, HttpResponseBase

SELF: Final = "'self'"
NOTHING: Final = "'none'"

# No `unsafe-*`, no other origin: a fragment's HTML can neither run nor fetch anything the shell did not serve.
# `connect-src 'self'` also covers the same-origin WebSocket (CSP 3, section 6.7.2.8).
CONTENT_POLICY: Final[dict[str, list[str]]] = {
    "default-src": [NOTHING],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NOTHING],
    "frame-ancestors": [NOTHING],
}


def content_policy(additions: Mapping[str, Sequence[str]] | None = None) -> str:
    """Content-Security-Policy as text; `additions` are the sources that the page's manifests may use (`media-src`)."""
    merged = {name: list(sources) for name, sources in CONTENT_POLICY.items()}
    for name, sources in (additions or {}).items():
        if sources:
            merged[name] = [source for source in merged.get(name, [SELF]) if source != NOTHING] + list(sources)
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in merged.items())


@cache
def security_headers() -> tuple[tuple[str, str], ...]:
    """The other headers, the same for every answer, Django's and the gateway's."""
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ]
    if settings.SECURE_HSTS_SECONDS:
        headers.append(("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}"))
    return tuple(headers)


class SecurityHeaders:
    """Adds the headers to whatever Django answers, static files included."""

    async_capable = True
    sync_capable = False

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then add what is not there yet."""
        response: HttpResponseBase = await self.get_response(request)
        for name, value in security_headers():
            response.headers.setdefault(name, value)
        return response


class ContentPolicy(CSPMiddleware):
    """django-csp without its two thread hops: it only builds a string."""

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the policy in its header."""
        self.process_request(request)
        return self.process_response(request, await _answer(self.get_response, request))


class FormGuard(CsrfViewMiddleware):
    """Django's protection against forged forms, on the event loop: it reads headers, cookies and a body already there.

    A browser that says itself that our own page sent the form needs no token: composed pages are made of parts
    rendered once for everybody, where a token of one player has no place. Any other client shows Django's token.
    """

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and set the cookie when a form was rendered."""
        self.process_request(request)
        return self.process_response(request, await _answer(self.get_response, request))

    async def process_view(self, request: HttpRequest, *view: Any) -> HttpResponseBase | None:  # type: ignore[override]
        """Refuse a forged form before its view runs."""
        if request.headers.get("Sec-Fetch-Site") == "same-origin":
            return None
        return super().process_view(request, *view)


async def _answer(get_response: Any, request: HttpRequest) -> Any:
    """What comes from further in; the stubs cannot know that it is the asynchronous chain."""
    return await get_response(request)
