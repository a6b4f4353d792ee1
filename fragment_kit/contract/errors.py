"""Every way in which the kit can fail, as one tree, so that a caller can choose how much to catch.

FragmentKitError
    DeadlinePassed             the time given to a piece of work is used up
    ContractBroken             a document or message is not what the contract says
        ManifestRefused        a manifest names something unknown, twice, or out of bounds
        PassportRefused        a passport is forged, expired, or meant for another fragment
        EventRefused           an event is not one that the catalogue knows
    FeedError                  a provider's feed did not help; `reason` says why in the contract's words
        FeedTimedOut           no complete answer within the time
        FeedUnreachable        refused, reset, or no such host
        FeedBroke              it answered, but not with what was agreed
    SettingRefused             the environment holds a value that cannot be used
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fragment_kit.contract.outcome import Reason


class FragmentKitError(Exception):
    """Anything the kit raises on purpose."""


class DeadlinePassed(FragmentKitError, TimeoutError):
    """The time given to a piece of work is used up."""


class ContractBroken(FragmentKitError):
    """A document or message is not what the contract says; the text names what, where, and what to do."""


class ManifestRefused(ContractBroken):
    """A manifest names something unknown, twice, or out of bounds."""


class PassportRefused(ContractBroken):
    """A passport is forged, expired, or meant for another fragment."""


class EventRefused(ContractBroken):
    """An event is not one that the catalogue knows."""


class FeedError(FragmentKitError):
    """A provider's feed did not help.

    Args:
        detail: one sentence for logs and staff.
        reason: the contract's word for it; each subclass has its own default.

    """

    default_reason: Reason = "incomplete"

    def __init__(self, detail: str, *, reason: Reason | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.reason: Reason = reason or self.default_reason


class FeedTimedOut(FeedError):
    """The feed gave no complete answer within the time."""

    default_reason = "timeout"


class FeedUnreachable(FeedError):
    """The feed's address refused, reset the connection, or does not exist."""

    default_reason = "connection_refused"


class FeedBroke(FeedError):
    """The feed answered, but not with what was agreed."""

    default_reason = "contract"


class SettingRefused(FragmentKitError):
    """The environment holds a value that cannot be used; the text names the variable and a good value."""
