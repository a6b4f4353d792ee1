"""Which topics exist and who may hear them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

PANELS: Final = "panels"
# A board is the same for everyone; its HTML must pass the policy of the fragment that publishes it.
BOARDS: Final = {"board.daily": "lobby"}
KNOWN: Final = frozenset({PANELS, *BOARDS})
TOPICS_MAX: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsRefused:
    """Why a socket cannot hear what it asked for: a close code that tells the browser not to come back, and words."""

    code: int
    reason: str


def asked_topics(query_string: bytes) -> tuple[str, ...] | TopicsRefused:
    """The topics of `?topics=board.daily,panels`, each once.

    Everybody may hear the boards. On `panels` everybody may listen too, and each socket is told only what concerns
    its own player or all players, so that no name of a topic ever holds the name of a player.
    """
    values = parse_qs(query_string.decode("latin-1")).get("topics", [])
    names = tuple(dict.fromkeys(name for value in values for name in value.split(",") if name))
    if not names:
        return TopicsRefused(code=4404, reason="name topics: ?topics=board.daily,panels")
    if len(names) > TOPICS_MAX:
        return TopicsRefused(code=4404, reason=f"at most {TOPICS_MAX} topics")
    unknown = [name for name in names if name not in KNOWN]
    if unknown:
        return TopicsRefused(code=4404, reason=f"unknown topic {unknown[0][:40]!r}")
    return names
