"""Builds what a fragment is told, from an allow-list: nothing of the browser's request is copied."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from fragment_kit.contract import headers
from shell.gateway.failures import CallFailed

if TYPE_CHECKING:
    from fragment_kit.resilience.deadline import Deadline
    from shell.gateway.calls import ActionCall, SlotCall

Headers = list[tuple[str, str]]

REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._\-]{1,128}")
TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
LANGUAGE: Final = re.compile(r"[A-Za-z0-9\-,;=.* ]{1,128}")
VISIBLE: Final = re.compile(r"[\x21-\x7e]{1,512}")
PLAN: Final = re.compile(r"[\x21-\x7e]{1,4096}")
FORM_TYPE: Final = re.compile(
    r"application/x-www-form-urlencoded(;\s*charset=utf-8)?|multipart/form-data;\s*boundary=[\w'()+,./:=? \-]{1,70}"
    r"|application/json(;\s*charset=utf-8)?",
    re.IGNORECASE,
)
PATH: Final = re.compile(r"/(?!/)[\x21-\x7e]*")
CLIMBING: Final = re.compile(r"(^|/)(\.|%2e){1,2}(/|$)|%2f|%5c|\\|#", re.IGNORECASE)


def slot_headers(call: SlotCall, *, passport: str | None, deadline: Deadline, etag: str | None = None) -> Headers:
    """What goes along with a request for a slot; `etag` of the copy at hand, so that 304 may be the answer."""
    sent = _common(call, mode=call.mode, slot=call.slot, passport=passport, deadline=deadline)
    if etag is not None:
        _add(sent, "If-None-Match", etag, VISIBLE)
    return sent


def action_headers(call: ActionCall, *, passport: str | None, deadline: Deadline) -> Headers:
    """What goes along with an action."""
    sent = _common(call, mode="action", slot=call.slot, passport=passport, deadline=deadline)
    _add(sent, "Content-Type", call.content_type, FORM_TYPE)
    _add(sent, headers.IDEMPOTENCY_KEY, call.idempotency_key, VISIBLE)
    return sent


@lru_cache(maxsize=1_024)
def is_safe_path(path: str) -> bool:
    """Whether `path` (with its query) stays at the address it is put behind: no climbing, no second authority."""
    plain = path.partition("?")[0]
    return PATH.fullmatch(path) is not None and CLIMBING.search(plain) is None and "#" not in path


def check_path(path: str) -> None:
    """Raise CallFailed for a path that must not be put behind a fragment's address."""
    if not is_safe_path(path):
        detail = f"{path[:80]!r} is not a plain path; it must begin with one slash and may not climb"
        raise CallFailed(reason="contract", detail=detail, was_sent=False, has_answer=False, is_theirs=False)


def _common(
    call: SlotCall | ActionCall, *, mode: headers.Mode, slot: str | None, passport: str | None, deadline: Deadline
) -> Headers:
    sent = [*_lasting(call.mount, mode, slot, call.locale), (headers.DEADLINE_MS, str(deadline.remaining_ms()))]
    if passport is not None:
        sent.append(("Authorization", f"Bearer {passport}"))
    _add(sent, headers.REQUEST_ID, call.request_id, REQUEST_ID)
    _add(sent, "Traceparent", call.traceparent, TRACEPARENT)
    _add(sent, headers.FAULT_PLAN, call.fault_plan, PLAN)
    return sent


@lru_cache(maxsize=1_024)
def _lasting(mount: str, mode: headers.Mode, slot: str | None, locale: str) -> Headers:
    """What is the same for every call of a slot in a language."""
    sent = [
        ("Accept", "text/html"),
        ("Accept-Encoding", "identity"),  # on this hop bytes are cheaper than inflating them
        (headers.CONTRACT, str(headers.CONTRACT_VERSION)),
        (headers.MOUNT, mount),
        (headers.MODE, mode),
    ]
    if slot is not None:
        sent.append((headers.SLOT, slot))
    _add(sent, "Accept-Language", locale, LANGUAGE)
    return sent


def _add(sent: Headers, name: str, value: str | None, shape: re.Pattern[str]) -> None:
    # A value of another shape is left out, not mended: half a value could mean something else.
    if value is not None and shape.fullmatch(value) is not None:
        sent.append((name, value))
