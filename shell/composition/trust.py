"""What a composed answer says to the browser about trust: its policy, and the token that its own forms carry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.http import HttpRequest
from django.http.request import validate_host
from django.middleware.csrf import get_token

from shell.composition.answers import header
from shell.security import content_policy, security_headers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shell.composition.answers import Headers
    from shell.composition.manifest_book import ManifestBook
    from shell.composition.visits import Visit

# A manifest may open a page for pictures and video of named sites; never for scripts, styles, forms or connections.
OPENABLE: Final = frozenset({"img-src", "media-src", "frame-src"})
SOURCE: Final = re.compile(r"https://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?(/[A-Za-z0-9._~/-]*)?")


def trust_headers(visit: Visit, book: ManifestBook, fragments: Iterable[str]) -> Headers:
    """Headers of a composed page that shows panels of these fragments, beside those that every answer has."""
    policy = content_policy(_additions(book, fragments))
    said = [(name, value) for name, value in security_headers() if name != "X-Content-Type-Options"]
    texts = (*said, ("Content-Security-Policy", policy), ("X-Request-Id", visit.request_id))
    return tuple(header(name, value) for name, value in texts)


def _additions(book: ManifestBook, fragments: Iterable[str]) -> dict[str, list[str]]:
    added: dict[str, list[str]] = {}
    for fragment in sorted(set(fragments)):
        manifest = book.manifest(fragment)
        for name, sources in manifest.csp.items() if manifest else ():
            good = [source for source in sources if name in OPENABLE and SOURCE.fullmatch(source)]
            if good:
                added.setdefault(name, []).extend(good)
    return added


def form_token(visit: Visit) -> tuple[str, Headers]:
    """The token for the shell's own forms on a page, and the cookie to set when the browser has none yet."""
    request = HttpRequest()
    cookie = visit.cookies.get(settings.CSRF_COOKIE_NAME, "")
    if cookie.isalnum() and len(cookie) in {32, 64}:
        request.META["CSRF_COOKIE"] = cookie
        return get_token(request), ()
    token = get_token(request)
    parts = [
        f"{settings.CSRF_COOKIE_NAME}={request.META['CSRF_COOKIE']}",
        f"Path={settings.CSRF_COOKIE_PATH}",
        f"Max-Age={settings.CSRF_COOKIE_AGE}",
        f"SameSite={settings.CSRF_COOKIE_SAMESITE}",
        *(["Secure"] if settings.CSRF_COOKIE_SECURE else []),
    ]
    return token, ((b"set-cookie", "; ".join(parts).encode("latin-1")),)


def is_host_allowed(visit: Visit) -> bool:
    """Whether the request is for one of the names that the operator gave this shell."""
    host = visit.headers.get("host", "").lower()
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return bool(name) and validate_host(name, settings.ALLOWED_HOSTS)
