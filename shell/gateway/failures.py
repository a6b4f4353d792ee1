"""The one exception inside the gateway; it becomes a value before anything leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fragment_kit.contract.outcome import Reason


@dataclass(slots=True, kw_only=True, eq=False)
class CallFailed(Exception):
    """A call gave no content.

    Attributes:
        reason: the contract's word.
        detail: one sentence for logs and staff; may name hosts, so it never goes to a player.
        was_sent: the request may have reached the fragment.
        has_answer: bytes of a response had come, so a second attempt could be a second effect.
        is_theirs: counts against the fragment; our own refusals and the player's mistakes do not.
        status: the fragment's status, when one came.
        retry_after_s: how long the fragment, or a guard, asks to be left alone.
        forbids_copies: the fragment answered and meant it (403, 404, 410): an older copy may not be shown.
    """

    reason: Reason
    detail: str = ""
    was_sent: bool = True
    has_answer: bool = True
    is_theirs: bool = True
    status: int | None = None
    retry_after_s: float | None = None
    forbids_copies: bool = False

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"
