"""What a composed answer says to the browser about trust: its policy, and the token that its own forms carry."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from django.conf import settings
from django.http import HttpRequest
from django.http.request import validate_host
from django.middleware.csrf import get_token

from shell.composition.answers import header
from shell.security import content_policy, security_headers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shell.composition.answers import Headers
    from shell.composition.visits import Visit
    from shell.registry.manifest_book import ManifestBook

Additions: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
# A manifest may open a page for pictures and video of named sites; never for scripts, styles, forms or connections.
OPENABLE: Final = frozenset({"img-src", "media-src", "frame-src"})
SOURCE: Final = re.compile(r"https://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?(/[A-Za-z0-9._~/-]*)?")


def trust_headers(visit: Visit, book: ManifestBook, fragments: frozenset[str]) -> Headers:
    """Headers of a composed page that shows panels of these fragments, beside those that every answer has."""
    return (*_lasting(book, book.generation, fragments), (b"x-request-id", visit.request_id.encode()))


@lru_cache(maxsize=256)
def _lasting(book: ManifestBook, _generation: int, fragments: frozenset[str]) -> Headers:
    """The same for every page with these panels until a manifest changes."""
    policy = content_policy(dict(_additions(book, fragments)))
    said = [(name, value) for name, value in security_headers() if name != "X-Content-Type-Options"]
    return tuple(header(name, value) for name, value in (*said, ("Content-Security-Policy", policy)))


def _additions(book: ManifestBook, fragments: Iterable[str]) -> Additions:
    added: dict[str, tuple[str, ...]] = {}
    for fragment in sorted(set(fragments)):
        manifest = book.manifest(fragment)
        for name, sources in manifest.csp.items() if manifest else ():
            good = tuple(source for source in sources if name in OPENABLE and SOURCE.fullmatch(source))
            if good:
                added[name] = added.get(name, ()) + good
    return tuple(sorted(added.items()))


def form_token(visit: Visit) -> tuple[str, Headers]:
    """The token for the shell's own forms on a page, and the cookie to set when the browser has none yet."""
    cookie = visit.cookies.get(settings.CSRF_COOKIE_NAME, "")
    if cookie.isalnum() and len(cookie) in {32, 64}:
        return _token_of(cookie), ()
    request = HttpRequest()
    token = get_token(request)
    parts = [
        f"{settings.CSRF_COOKIE_NAME}={request.META['CSRF_COOKIE']}",
        f"Path={settings.CSRF_COOKIE_PATH}",
        f"Max-Age={settings.CSRF_COOKIE_AGE}",
        f"SameSite={settings.CSRF_COOKIE_SAMESITE}",
        *(["Secure"] if settings.CSRF_COOKIE_SECURE else []),
    ]
    return token, ((b"set-cookie", "; ".join(parts).encode("latin-1")),)


@lru_cache(maxsize=4_096)
def _token_of(cookie: str) -> str:
    """A token for a cookie. One mask serves many pages: it guards against compression, and we compress nothing."""
    request = HttpRequest()
    request.META["CSRF_COOKIE"] = cookie
    return get_token(request)


def is_host_allowed(visit: Visit) -> bool:
    """Whether the request is for one of the names that the operator gave this shell."""
    host = visit.headers.get("host", "").lower()
    return _is_allowed(host, tuple(settings.ALLOWED_HOSTS))


@lru_cache(maxsize=256)
def _is_allowed(host: str, allowed: tuple[str, ...]) -> bool:
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return bool(name) and validate_host(name, allowed)
