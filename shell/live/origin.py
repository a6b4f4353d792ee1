"""Refuses a socket that another site's page opens with the player's cookies (cross-site WebSocket hijacking)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from django.http.request import validate_host

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


def is_own_origin(scope: Mapping[str, Any], *, hosts: Collection[str], trusted: Collection[str] = ()) -> bool:
    """Whether the page that opens the socket is ours.

    Ours is an origin with the very host and port that the browser addressed, where that host is one of `hosts`
    (ALLOWED_HOSTS), or one of the `trusted` origins word for word. A missing Origin is refused: browsers always send
    it. The scheme is not compared with the connection's, because a TLS proxy may stand in front.
    """
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin-1").lower()
    if not origin:
        return False
    if origin in trusted:
        return True
    page = _split(origin)
    asked = _split(f"{page.scheme}://{headers.get(b'host', b'').decode('latin-1').lower()}") if page else None
    if page is None or asked is None or page.scheme not in {"http", "https"}:
        return False
    return _address(page) == _address(asked) and validate_host(asked.hostname or "", list(hosts))


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  reading it is the check
    except ValueError:
        return None
    return parts if parts.hostname else None


def _address(parts: SplitResult) -> tuple[str | None, int | None]:
    return parts.hostname, parts.port or PORTS.get(parts.scheme)
