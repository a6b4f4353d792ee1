"""Gives the HTML of a board the same treatment as any other HTML of the fragment that publishes it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from shell.gateway.failures import CallFailed
from shell.gateway.markup import MarkupPolicy
from shell.live.frames import UpdateRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from shell.gateway.markup import Trust


class BoardPolicy:
    """Cleans `html` of `fragment`; each frame is new, so nothing is remembered but the policies.

    Args:
        trust_of: the tier that the registry gives a fragment, "untrusted" when it does not list it.

    """

    def __init__(self, trust_of: Callable[[str], Trust]) -> None:
        self._trust_of = trust_of

    def __call__(self, fragment: str, html: str) -> str:
        """The allowed part of `html`; raises UpdateRefused when that is not one element."""
        try:
            return _policy(fragment, self._trust_of(fragment)).clean(html.encode())
        except CallFailed as error:
            raise UpdateRefused(f"{fragment} published HTML that cannot be shown: {error}.") from error


@lru_cache(maxsize=64)
def _policy(fragment: str, trust: Trust) -> MarkupPolicy:
    return MarkupPolicy(fragment, trust=trust, csp={})
