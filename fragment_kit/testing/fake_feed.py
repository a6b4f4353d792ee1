"""A provider's feed for tests: plugged into a FeedClient, it answers, is down, hangs, or talks nonsense."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import httpx

from fragment_kit.resilience.clock import MONOTONIC, Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fragment_kit.feeds.client import FeedClient

FeedMode = Literal["up", "down", "hang", "refuse", "nonsense"]


class FakeFeed:
    """Answers `body` while `mode` is "up"; `body` may be a function of the query. Both may be changed at any time.

    >>> feed = FakeFeed({"offers": []})
    >>> with feed.plugged_into(OFFERS):
    ...     feed.mode = "down"
    """

    def __init__(self, body: Any, *, mode: FeedMode = "up") -> None:
        self.body = body
        self.mode: FeedMode = mode
        self.requests: list[httpx.Request] = []

    @contextmanager
    def plugged_into(self, client: FeedClient[Any], clock: Clock = MONOTONIC) -> Iterator[FakeFeed]:
        """Let `client` talk to this feed until the block ends; `clock` ages its last good copy."""
        with client.plugged(httpx.MockTransport(self._answer), clock):
            yield self

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        match self.mode:
            case "hang":
                await asyncio.Event().wait()
            case "refuse":
                raise httpx.ConnectError("nobody listens", request=request)
            case "down":
                return httpx.Response(503)
            case "nonsense":
                return httpx.Response(200, text="<not json>")
            case "up":
                pass
        body = self.body(request.url.params) if callable(self.body) else self.body
        return httpx.Response(200, json=body)
