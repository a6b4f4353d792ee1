"""What every page of the shell needs around its content, the same for Django's pages and composed ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from shell.composition.assets import stylesheet_urls
from shell.players.session_clock import session_clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from shell.players.identity import PlayerSession

LIVE_URL: Final = "/ws/live?topics=board.daily,panels"
THEMES: Final = frozenset({"dark", "light"})

# No eval, no script tags, no inline style, no history cache, no inheritance: what the content policy forbids htmx
# must not try, and a snapshot of a balance must not come back with the Back button.
HTMX_CONFIG: Final = json.dumps(
    {
        "allowEval": False,
        "allowScriptTags": False,
        "selfRequestsOnly": True,
        "includeIndicatorStyles": False,
        "historyCacheSize": 0,
        "refreshOnHistoryMiss": True,
        "historyRestoreAsHxRequest": False,
        "disableInheritance": True,
        "ignoreTitle": True,
        "timeout": 4000,
        "defaultSettleDelay": 0,
        "attributesToSettle": ["class", "width", "height"],
        "scrollIntoViewOnBoost": False,
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "422", "swap": True},
            {"code": "[45]..", "swap": False, "error": True},
        ],
    },
    separators=(",", ":"),
)


def page_context(
    *, player: PlayerSession | None, cookies: Mapping[str, str], path: str = "", is_session_unknown: bool = False
) -> dict[str, Any]:
    """What `base.html` and its header read.

    `player` and `session_clock` (None for visitors), `theme` (`auto` follows the system), `htmx_config`, `live_url`
    of the socket, `path` for the navigation, `is_development`, `is_session_unknown` when nobody can say who it is.
    """
    theme = cookies.get("theme", "")
    return {
        "player": player,
        "session_clock": session_clock(player),
        "theme": theme if theme in THEMES else "auto",
        "htmx_config": HTMX_CONFIG,
        "live_url": LIVE_URL,
        "path": path,
        "is_session_unknown": is_session_unknown,
        "is_development": settings.DEBUG,
    }


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor for pages that Django serves."""
    context = page_context(
        player=getattr(request, "player", None),
        path=request.path,
        cookies=request.COOKIES,
        is_session_unknown=getattr(request, "is_session_unknown", False),
    )
    # The header's balance is the only panel on these pages, and only players have one.
    return context | {"stylesheets": _stylesheets() if context["player"] else ()}


def _stylesheets() -> tuple[str, ...]:
    """Fragments' stylesheets, from the shell's own cache."""
    # Late, because the process is made of everything, this context included.
    from shell.assembly import shell_process

    return stylesheet_urls(shell_process().edge.upkeep.book)
