"""Turns a sound response into what it means: content, an empty panel, a signed-out player, a redirect, or a failure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

from fragment_kit.contract import headers as names
from fragment_kit.contract.manifest import EVENT
from shell.gateway.calls import ActionCall, Answered, Refused, SeeOther, SignedOut, SlotCall, SlotContent
from shell.gateway.failures import CallFailed
from shell.gateway.htmx_rules import is_under
from shell.gateway.response_guards import check_type, decoded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fragment_kit.contract.headers import FragmentState
    from shell.gateway.heads import Head
    from shell.gateway.markup import MarkupPolicies
    from shell.gateway.upstream import RawResponse

SLOT_BODIES: Final = frozenset({200})
ACTION_BODIES: Final = frozenset({200, 400, 422})
MEANT: Final = frozenset({403, 404, 410})  # the fragment answered, and an older copy would contradict it
RETRY_AFTER_S_MAX: Final = 60.0
REMEMBERED_MAX: Final = 512
REMEMBERED_LETTERS_MAX: Final = 16 * 1024
TIMING: Final = re.compile(
    r"[\w!#$%&'*+\-.^`|~]+(?:;\s*(?:dur=\d+(?:\.\d+)?|desc=(?:\"[\w .:\-]{0,64}\"|[\w.\-]{1,64})))*"
)
TIMINGS_MAX: Final = 5
RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+\-]\d\d:\d\d)")
WORD: Final = re.compile(r"[\w.+\-]{1,64}")
LANGUAGE: Final = re.compile(r"[A-Za-z0-9\-, ]{1,64}")
ETAG: Final = re.compile(r"(W/)?\"[\x21\x23-\x7e]{0,200}\"")


@dataclass(frozen=True, slots=True)
class NotModified:
    """The copy at hand is still what the fragment would say (304)."""


def slot_reply(response: RawResponse, call: SlotCall, markup: MarkupPolicies) -> SlotContent | SignedOut | NotModified:
    """What an answer to a slot call means; raises CallFailed."""
    status = response.status
    if status == 200:  # noqa: PLR2004
        return _content(response, call, markup)
    if status == 204:  # noqa: PLR2004
        return _described("", "empty", response.headers, call.emits)
    if status == 304:  # noqa: PLR2004
        return NotModified()
    if status == 401:  # noqa: PLR2004
        return SignedOut()
    raise _bad_status(response)


def action_reply(response: RawResponse, call: ActionCall, markup: MarkupPolicies) -> Answered | SeeOther | Refused:
    """What an answer to an action means; raises CallFailed when nobody can know what was done."""
    status = response.status
    if status in ACTION_BODIES:
        return Answered(status, _content(response, call, markup))
    if status == 204:  # noqa: PLR2004
        return Answered(status, _described("", "empty", response.headers, call.emits))
    if status == 303:  # noqa: PLR2004
        return _see_other(response, call)
    if 400 <= status < 500:  # noqa: PLR2004
        return Refused(status, retry_after_s(response.headers))
    raise _bad_status(response)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """The pause a fragment asks for, in seconds, at most a minute; None when it asks for none."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), RETRY_AFTER_S_MAX)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    left_s = (until - datetime.now(UTC)).total_seconds() if until.tzinfo else 0.0
    return min(max(left_s, 0.0), RETRY_AFTER_S_MAX)


def _content(response: RawResponse, call: SlotCall | ActionCall, markup: MarkupPolicies) -> SlotContent:
    check_type(response.headers)
    html = markup.clean(call.fragment, decoded(response.body, response.headers))
    if response.known is not None and len(html) <= REMEMBERED_LETTERS_MAX:
        return _remembered(html, response.known, call.emits)
    return _as_said(html, response.headers, call.emits)


@lru_cache(maxsize=REMEMBERED_MAX)
def _remembered(html: str, head: Head, emits: tuple[str, ...]) -> SlotContent:
    """The same body under the same head means the same; a busy slot says both again until the second is over."""
    return _as_said(html, head.headers, emits)


def _as_said(html: str, headers: Mapping[str, str], emits: tuple[str, ...]) -> SlotContent:
    state, parameters = _state(headers.get("fragment-state", ""))
    return _described(html, state, headers, emits, parameters)


def _described(
    html: str,
    state: FragmentState,
    headers: Mapping[str, str],
    emits: tuple[str, ...],
    parameters: Mapping[str, str] | None = None,
) -> SlotContent:
    known = parameters or {}
    return SlotContent(
        html=html,
        state=state,
        feed=_shaped(known.get("feed"), WORD),
        as_of=_shaped(known.get("as-of"), RFC3339),
        version=_shaped(headers.get("fragment-version"), WORD) or "",
        emits=_emitted(headers, emits),
        server_timing=_timings(headers.get("server-timing", "")),
        content_language=_shaped(headers.get("content-language"), LANGUAGE),
        cache_control=headers.get("cache-control", ""),
        etag=_shaped(headers.get("etag"), ETAG),
    )


@lru_cache(maxsize=1_024)
def _state(value: str) -> tuple[FragmentState, Mapping[str, str]]:
    word, *rest = [part.strip() for part in value.split(";")]
    if word and word not in names.FRAGMENT_STATES:
        raise CallFailed(reason="contract", detail=f"Fragment-State {word[:40]!r}; send fresh, degraded or empty")
    parameters = dict(part.split("=", 1) for part in rest if "=" in part)
    return cast("FragmentState", word or "fresh"), {key: text.strip('"') for key, text in parameters.items()}


def _emitted(headers: Mapping[str, str], declared: tuple[str, ...]) -> tuple[str, ...]:
    value = headers.get("fragment-emits")
    if value is None:
        return ()
    said = [name.strip() for name in value.split(",")]
    return tuple(name for name in said if name in declared and EVENT.fullmatch(name))


def _timings(value: str) -> str:
    entries = [entry.strip() for entry in value.split(",")] if value else []
    return ", ".join([entry for entry in entries if TIMING.fullmatch(entry)][:TIMINGS_MAX])


def _shaped(value: str | None, shape: re.Pattern[str]) -> str | None:
    return value if value is not None and shape.fullmatch(value) else None


def _see_other(response: RawResponse, call: ActionCall) -> SeeOther:
    location = response.headers.get("location", "")
    if not is_under(call.mount, location):
        raise CallFailed(
            reason="contract", detail=f"303 to {location[:80]!r}; only paths under {call.mount}/", status=303
        )
    return SeeOther(location, _emitted(response.headers, call.emits))


def _bad_status(response: RawResponse) -> CallFailed:
    status = response.status
    return CallFailed(
        reason="bad_status",
        detail=f"status {status}",
        status=status,
        is_theirs=not 400 <= status < 500,  # noqa: PLR2004 -- the request was at fault, or the player; not the fragment
        retry_after_s=retry_after_s(response.headers),
        forbids_copies=status in MEANT,
    )
