"""The values that failures become at the two borders: the feed client in a fragment and the gateway in the shell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar, Union, get_args

if TYPE_CHECKING:
    from datetime import datetime

T = TypeVar("T")

Reason = Literal[
    "timeout",
    "connection_refused",
    "connection_reset",
    "incomplete",
    "bad_status",
    "bad_type",
    "too_large",
    "bad_html",
    "breaker_open",
    "bulkhead_full",
    "not_registered",
    "contract",
]
"""Why content is missing or old; the words of the contract's `Panel-State` header (section 7)."""

REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True, slots=True)
class Fresh(Generic[T]):
    """The neighbour answered, and this is its answer.

    Attributes:
        value: what it said.
        as_of: aware UTC time at which the answer was true.

    """

    value: T
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Stale(Generic[T]):
    """The neighbour did not answer; this is the last good answer, which the policy still allows.

    Attributes:
        value: what it said then.
        as_of: aware UTC time at which the answer was true; it does not move while the outage lasts.
        age_s: whole seconds since then.
        reason: why there is nothing newer.

    """

    value: T
    as_of: datetime
    age_s: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The neighbour did not answer and nothing older may be shown.

    Attributes:
        reason: why.
        detail: one sentence for logs and staff; never shown to a player.
        retry_after_s: seconds after which asking again makes sense, when that is known.

    """

    reason: Reason
    detail: str = ""
    retry_after_s: float | None = None


Outcome = Union[Fresh[T], Stale[T], Unavailable]  # noqa: UP007 -- a generic alias needs Union on Python 3.11
"""What a border hands over: match all three."""
