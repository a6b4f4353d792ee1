"""Which of a fragment's addresses the next request goes to: in turn, leaving out those that just refused."""

from __future__ import annotations

from typing import Final

from fragment_kit.resilience.clock import MONOTONIC, Clock

EJECTED_S: Final = 5.0


class Addresses:
    """A fragment's base URLs, `http://127.0.0.1:8101`; with one address there is nothing to choose.

    Args:
        urls: at least one, without a slash at the end.
        clock: measures for how long an address is left out.

    """

    def __init__(self, urls: tuple[str, ...], *, clock: Clock = MONOTONIC) -> None:
        if not urls:
            raise ValueError("a fragment needs at least one address; write `url` in the registry")
        self.urls = tuple(url.rstrip("/") for url in urls)
        self._clock = clock
        self._turn = 0
        self._ejected_until_s: dict[str, float] = {}

    def pick(self) -> str:
        """The next address in turn; when all of them are left out, the next one all the same."""
        count = len(self.urls)
        if count == 1:
            return self.urls[0]
        now_s = self._clock.monotonic()
        for step in range(count):
            url = self.urls[(self._turn + step) % count]
            if self._ejected_until_s.get(url, 0.0) <= now_s:
                self._turn += step + 1
                return url
        self._turn += 1
        return self.urls[(self._turn - 1) % count]

    def refused(self, url: str) -> None:
        """Leave `url` out for a while: nobody listens there."""
        self._ejected_until_s[url] = self._clock.monotonic() + EJECTED_S
