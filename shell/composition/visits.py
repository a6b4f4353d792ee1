"""One browser request as the edge needs it: who asks, for what, in which language, and how the answer will be used."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http import parse_cookie
from django.utils import translation

from shell.players.identity import SessionUnknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgiref.typing import HTTPScope

    from shell.players.identity import PlayerSession, Whose

# Said by the shell to itself; a fragment never sees them.
OWN_PARAMETERS: Final = frozenset({"attempt", "compose", "ticket", "variant"})
THEMES: Final = frozenset({"dark", "light"})
QUERY_BYTES_MAX: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request without its body. `query` is what fragments may see; `own` is what the shell says to itself.

    `is_session_unknown`: somebody is signed in, and nobody can say who; `player` is None then.
    """

    method: str
    path: str
    query: str
    own: Mapping[str, str]
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    player: PlayerSession | None
    locale: str
    request_id: str
    started_s: float
    is_session_unknown: bool = False

    @property
    def is_htmx(self) -> bool:
        return self.headers.get("hx-request") == "true"

    @property
    def is_json(self) -> bool:
        accepted = self.headers.get("accept", "")
        return "application/json" in accepted and "text/html" not in accepted

    @property
    def is_head(self) -> bool:
        return self.method == "HEAD"

    @property
    def theme(self) -> str:
        """The theme that the player chose; "" leaves it to the system."""
        theme = self.cookies.get("theme", "")
        return theme if theme in THEMES else ""

    @property
    def attempt(self) -> int:
        """Which try this is, as the panel before told its successor; 1 for the first."""
        given = self.own.get("attempt", "")
        return min(int(given), 99) if given.isascii() and given.isdigit() and given != "0" else 1

    @property
    def player_id(self) -> str | None:
        return self.player.player if self.player else None

    @property
    def session_hash(self) -> str | None:
        return self.player.session_hash if self.player else None

    @property
    def traceparent(self) -> str:
        """The trace starts here: a browser's own is not trusted."""
        return f"00-{self.request_id}-{self.request_id[:16]}-01"


def visit_of(scope: HTTPScope, whose: Whose) -> Visit:
    """Read the parts of an ASGI scope that the edge uses."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query, own = _split_query(scope["query_string"][:QUERY_BYTES_MAX])
    return Visit(
        method=scope["method"],
        path=scope["path"],
        query=query,
        own=own,
        headers=headers,
        cookies=read_cookies(headers.get("cookie", "")),
        player=None if isinstance(whose, SessionUnknown) else whose,
        locale=locale_of(headers.get("accept-language", "")),
        request_id=os.urandom(16).hex(),
        started_s=time.monotonic(),
        is_session_unknown=isinstance(whose, SessionUnknown),
    )


def _split_query(raw: bytes) -> tuple[str, dict[str, str]]:
    if not raw:
        return "", {}
    pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, encoding="utf-8", errors="replace")
    own = {name: value for name, value in pairs if name in OWN_PARAMETERS}
    return urlencode([pair for pair in pairs if pair[0] not in OWN_PARAMETERS]), own


@lru_cache(maxsize=4_096)
def read_cookies(raw: str) -> Mapping[str, str]:
    """Cookies by name. Cached, because a browser sends the same header again and again."""
    return parse_cookie(raw)


@lru_cache(maxsize=256)
def locale_of(accept_language: str) -> str:
    """The best language that the shell speaks for an `Accept-Language` header."""
    for part in accept_language.lower().split(",")[:10]:
        tag = part.split(";")[0].strip()
        try:
            return translation.get_supported_language_variant(tag)
        except LookupError:
            continue
    return str(settings.LANGUAGE_CODE)
