"""Decides whose copy an answer may become, and for how long."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shell.gateway.stale_store import CopyKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shell.gateway.calls import SlotCall, SlotContent

# What the answer may vary on: all of it is in the key, or never sent for shared slots.
VARIES_IN_KEY: Final = frozenset(
    {"accept", "accept-encoding", "accept-language", "authorization", "cookie", "fragment-mount", "fragment-slot", ""}
)
FRESH_S_MAX: Final = 3600
SECONDS: Final = re.compile(r"(s-maxage|max-age)\s*=\s*\"?(\d{1,9})\"?")


def key_of(call: SlotCall) -> CopyKey:
    """The copy that would answer this call: everybody's for a shared slot, else this session's alone."""
    if call.is_shared:
        return shared_key(call.fragment, call.path, call.locale)
    return CopyKey(
        fragment=call.fragment,
        path=_sorted(call.path),
        locale=call.locale,
        player=call.player or "",
        session=call.session or "",
    )


def shared_key(fragment: str, path: str, locale: str) -> CopyKey:
    """The copy of a slot that all players share."""
    return CopyKey(fragment=fragment, path=_sorted(path), locale=locale)


def _sorted(path: str) -> str:
    if "&" not in path:
        return path
    path, mark, query = path.partition("?")
    return path + mark + "&".join(sorted(query.split("&")))


def shelf_life_s(call: SlotCall, content: SlotContent, headers: Mapping[str, str]) -> tuple[float, float]:
    """For how many seconds an answer is kept, and for how many of them it counts as fresh; 0 means not at all."""
    if not call.is_shared and call.stale.policy == "never":
        return 0.0, 0.0
    directives = headers.get("cache-control", "").lower()
    varies = {name.strip().lower() for name in headers.get("vary", "").split(",")}
    is_public_only = call.is_shared and "private" in directives
    if call.partition or content.state == "degraded" or "no-store" in directives or is_public_only:
        return 0.0, 0.0  # a rehearsal, or half an answer, or the fragment's own wish
    if not varies <= VARIES_IN_KEY:
        return 0.0, 0.0
    fresh_s = _fresh_s(directives, headers.get("age", "")) if call.is_shared else 0.0
    keep_s = float(call.stale.max_age_s) if call.stale.policy != "never" else 0.0
    return max(keep_s, fresh_s), fresh_s


def _fresh_s(directives: str, age: str) -> float:
    if "no-cache" in directives:
        return 0.0
    limits = {name: int(value) for name, value in SECONDS.findall(directives)}
    limit_s = limits.get("s-maxage", limits.get("max-age", 0))
    age_s = int(age[:9]) if age.isascii() and age.isdigit() else 0
    return float(min(max(limit_s - age_s, 0), FRESH_S_MAX))
