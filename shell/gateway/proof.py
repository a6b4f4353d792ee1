"""Says in standard headers what happened to a panel, so that tests, tools and staff need not guess."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from fragment_kit.contract.outcome import Fresh, Stale, Unavailable

if TYPE_CHECKING:
    from fragment_kit.contract.outcome import Reason
    from shell.gateway.calls import CacheUse, SlotOutcome, Trail

PROXY: Final = "shell"
# RFC 9209, section 2.3: our words in the registry's.
PROXY_ERRORS: Final[dict[Reason, str]] = {
    "timeout": "http_response_timeout",
    "connection_refused": "connection_refused",
    "connection_reset": "connection_terminated",
    "incomplete": "http_response_incomplete",
    "bad_status": "http_request_error",
    "bad_type": "http_response_content_coding",
    "too_large": "http_response_body_size",
    "bad_html": "http_protocol_error",
    "breaker_open": "destination_unavailable",
    "bulkhead_full": "connection_limit_reached",
    "not_registered": "destination_not_found",
    "contract": "http_protocol_error",
}
TOKEN: Final = re.compile(r"[^A-Za-z0-9_]")


def proof_headers(
    request_id: str, slot: str, outcome: SlotOutcome, trail: Trail, *, state: str | None = None
) -> tuple[tuple[bytes, bytes], ...]:
    """`Panel-State`, `Proxy-Status`, `Cache-Status`, `Server-Timing` and `X-Request-Id` for one panel, ASGI style.

    Args:
        request_id: the shell's own id for the browser's request.
        slot: full name, `wallet.balance`.
        outcome: from `Gateway.fetch`.
        trail: the same call's.
        state: the panel's state when the shell knows better than the outcome (`blocked`).

    """
    return (
        (b"panel-state", panel_state(outcome, state=state).encode("latin-1")),
        (b"proxy-status", proxy_status(slot, outcome, trail).encode("latin-1")),
        (b"cache-status", cache_status(trail).encode("latin-1")),
        (b"server-timing", server_timing(slot, outcome, trail).encode("latin-1")),
        (b"x-request-id", request_id.encode("latin-1")),
        *_passed_on(outcome),
    )


def _passed_on(outcome: SlotOutcome) -> tuple[tuple[bytes, bytes], ...]:
    """What the browser should know as well: the language of the content, and when asking again makes sense."""
    match outcome:
        case Fresh(value=content) | Stale(value=content) if content.content_language:
            return ((b"content-language", content.content_language.encode("latin-1")),)
        case Unavailable(retry_after_s=float() | int() as pause_s):
            return ((b"retry-after", str(max(1, math.ceil(pause_s))).encode()),)
    return ()


def state_of(outcome: SlotOutcome) -> str:
    """The contract's `data-state` for an outcome (section 7)."""
    match outcome:
        case Fresh(value=content):
            return content.state
        case Stale():
            return "stale"
        case Unavailable():
            return "unavailable"
    return "signed-out"


def reason_of(outcome: SlotOutcome) -> Reason | None:
    """Why there is nothing newer; None when there is nothing to explain."""
    return outcome.reason if isinstance(outcome, (Stale, Unavailable)) else None


def panel_state(outcome: SlotOutcome, *, state: str | None = None) -> str:
    """Value of `Panel-State`, e.g. `stale; reason=timeout; age=42`."""
    parts = [state or state_of(outcome)]
    reason = reason_of(outcome)
    if reason is not None:
        parts.append(f"reason={reason}")
    if isinstance(outcome, Stale):
        parts.append(f"age={outcome.age_s}")
    if isinstance(outcome, Fresh) and outcome.value.feed is not None:
        parts.append(f"feed={outcome.value.feed}")
    return "; ".join(parts)


def proxy_status(slot: str, outcome: SlotOutcome, trail: Trail) -> str:
    """Value of `Proxy-Status` (RFC 9209); names the slot, never a host or a path."""
    return _proxy_status(slot, reason_of(outcome), trail.status)


@lru_cache(maxsize=1_024)
def _proxy_status(slot: str, reason: Reason | None, status: int | None) -> str:
    parts = [PROXY]
    if reason is not None:
        parts.append(f"error={PROXY_ERRORS[reason]}")
    if status is not None:
        parts.append(f"received-status={status}")
    parts.append(f'details="{slot}{f" {reason}" if reason else ""}"')
    return "; ".join(parts)


def cache_status(trail: Trail) -> str:
    """Value of `Cache-Status` (RFC 9211); a negative ttl is the age beyond freshness."""
    return _cache_status(trail.cache, trail.ttl_s, trail.status, was_asked=trail.attempts > 0)


@lru_cache(maxsize=1_024)
def _cache_status(cache: CacheUse, ttl_s: int | None, status: int | None, *, was_asked: bool) -> str:
    ttl = f"; ttl={ttl_s}" if ttl_s is not None else ""
    fwd = f"; fwd-status={status}" if status is not None else ""
    how = {
        "hit": f"hit{ttl}",
        "stale": f"fwd=stale{fwd}{ttl}; detail=stale-if-error",
        "revalidated": f"fwd=stale{fwd}; stored{ttl}",
        "collapsed": f"fwd=uri-miss{fwd}; collapsed",
        "stored": f"fwd=uri-miss{fwd}; stored{ttl}",
        "none": f"fwd=uri-miss{fwd}",
    }[cache]
    if cache == "stale" and not was_asked:
        how = f"hit{ttl}; detail=stale-if-error"  # a guard answered: the fragment was not asked
    return f"{PROXY}; {how}"


@lru_cache(maxsize=1_024)
def _token(slot: str) -> str:
    return TOKEN.sub("_", slot)


def server_timing(slot: str, outcome: SlotOutcome, trail: Trail) -> str:
    """Value of `Server-Timing`: our own entry, then the fragment's, each under the slot's name."""
    name = _token(slot)
    reason = reason_of(outcome)
    own = f"{name};dur={trail.took_ms:.1f}" + (f';desc="{reason}"' if reason else "")
    if not isinstance(outcome, Fresh) or not outcome.value.server_timing or trail.attempts == 0:
        return own
    return ", ".join([own, *(f"{name}.{entry}" for entry in outcome.value.server_timing.split(", "))])
