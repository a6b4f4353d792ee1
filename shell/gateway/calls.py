"""What goes into the gateway and what comes out: calls, content, and outcomes beside Fresh, Stale and Unavailable."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from fragment_kit.contract.manifest import StalePolicy
from fragment_kit.contract.outcome import Fresh, Stale, Unavailable

if TYPE_CHECKING:
    from fragment_kit.contract.headers import FragmentState, Mode
    from fragment_kit.contract.outcome import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """Who asks whom, for whom, and for how long.

    Attributes:
        fragment: registered name, `wallet`.
        path: path and query at the fragment, `/slots/games?category=cards`.
        timeout_ms: total, from now: queue, connect, headers and body.
        request_id: goes to the fragment and into every record of this call.
        player: player id, or None when nobody is signed in.
        session: the session's key; only its hash leaves the shell.
        locale: value for `Accept-Language`.
        traceparent: W3C trace context to go on.
        fault_plan: signed plan of this player's session or link; gives the call a breaker partition of its own.
        emits: event names the fragment's manifest declares; others are dropped from the answer.

    """

    fragment: str
    path: str
    timeout_ms: int
    request_id: str
    player: str | None = None
    session: str | None = None
    locale: str = "en"
    traceparent: str | None = None
    fault_plan: str | None = None
    emits: tuple[str, ...] = ()

    @property
    def mount(self) -> str:
        """The part of the shell's URL space that belongs to the fragment, without a slash at the end."""
        return f"/f/{self.fragment}"

    @property
    def partition(self) -> str:
        """Which breakers and copies this call may touch: everybody's (""), or those of its own fault plan."""
        return self.fault_plan or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotCall(_Call):
    """Asks for a slot's HTML.

    Attributes:
        slot: the slot's name within the fragment, `balance`.
        mode: why it is asked for.
        is_shared: `auth: none`; no passport goes along, and all players may share one answer.
        stale: how old a copy may be shown instead.
        if_none_match: ETag the caller already has; usually left to the gateway.

    """

    slot: str
    mode: Mode = "include"
    is_shared: bool = False
    stale: StalePolicy = field(default_factory=StalePolicy)
    if_none_match: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCall(_Call):
    """Sends a player's form to a fragment; never repeated by anyone.

    Attributes:
        method: POST, PUT, PATCH or DELETE.
        body: the form as the browser sent it, at most 64 KiB (checked before this).
        content_type: the browser's, e.g. `application/x-www-form-urlencoded`.
        idempotency_key: from the form; lets the fragment recognise a second sending by the player.
        slot: the panel that the answer belongs to.

    """

    method: str
    body: bytes
    content_type: str
    idempotency_key: str | None = None
    slot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotContent:
    """A slot's answer after every guard and the HTML policy; `html` may be put on a page as it is.

    Attributes:
        html: exactly one root element, or "" when `state` is `empty` because of a 204.
        state: what the fragment says of itself.
        feed: which of its feeds is away, when `state` is `degraded`.
        as_of: RFC 3339 time of the content, when the fragment gave one.
        version: the fragment's deployed version.
        emits: declared events that this answer reports.
        server_timing: the fragment's own entries, checked, to be merged.
        cache_control: as the fragment sent it.

    """

    html: str
    state: FragmentState = "fresh"
    feed: str | None = None
    as_of: str | None = None
    version: str = ""
    emits: tuple[str, ...] = ()
    server_timing: str = ""
    content_language: str | None = None
    cache_control: str = ""
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class SignedOut:
    """The fragment needs a player and there is none, or not any more (401)."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The action was answered with HTML: 200, 204 (no content), or 400/422 with the form and its errors."""

    status: int
    content: SlotContent


@dataclass(frozen=True, slots=True)
class SeeOther:
    """The action is done; fetch `path` (mounted, `/f/promotions/offers`) once and show that."""

    path: str
    emits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The fragment understood and said no (401, 403, 404, 409, 410, 429 …); nothing was done."""

    status: int
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """The action was sent, and what became of it is not known; only the fragment can say, by idempotency key."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The action was certainly not sent; the player may try again."""

    reason: Reason
    detail: str = ""
    retry_after_s: float | None = None


SlotOutcome: TypeAlias = Fresh[SlotContent] | Stale[SlotContent] | Unavailable | SignedOut
ActionOutcome: TypeAlias = Answered | SeeOther | Refused | Unknown | Unreachable

CacheUse = Literal["none", "hit", "revalidated", "collapsed", "stored", "stale"]


@dataclass(slots=True, kw_only=True)
class Trail:
    """What happened on the way to an outcome; the gateway fills it in, proof headers, log and metrics read it.

    Attributes:
        took_ms: from the call to the outcome.
        queued_ms: the part of it spent waiting for a place.
        status: the fragment's status, when one came.
        attempts: requests that were really sent; 0 when a copy or a guard answered.
        cache: what part copies played.
        ttl_s: seconds for which a copy stays fresh; negative for a stale one.
        breaker: the breaker's state when the call began.

    """

    took_ms: float = 0.0
    queued_ms: float = 0.0
    status: int | None = None
    attempts: int = 0
    cache: CacheUse = "none"
    ttl_s: int | None = None
    breaker: str = "closed"
