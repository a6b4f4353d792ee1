"""First border: asks a provider's feed within a deadline and turns every failure into a value."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import httpx

from fragment_kit.contract.errors import DeadlinePassed, FeedBroke, FeedError, FeedTimedOut
from fragment_kit.contract.outcome import Fresh, Outcome, Stale, Unavailable
from fragment_kit.feeds.engine import WIRE_ERRORS, feed_engine, feed_error
from fragment_kit.feeds.metrics import FEED_READS, FEED_SECONDS
from fragment_kit.resilience.clock import MONOTONIC, Clock
from fragment_kit.resilience.deadline import Deadline
from fragment_kit.resilience.last_good import LastGood
from fragment_kit.resilience.single_flight import SingleFlight
from fragment_kit.serving.health import Check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

T = TypeVar("T")

BODY_BYTES_MAX = 2 * 1024 * 1024
RESERVE_MS = 30  # what a slot needs after its feed has answered: choose the copy, render, send


class FeedClient(Generic[T]):
    """Reads one feed of one provider.

    `parse` gets the decoded JSON and returns the value, or raises FeedBroke with a sentence. The last good value per
    query is kept in memory for `last_good_max_age_s`; it is a convenience, never needed to be correct.
    `transport` replaces the network in tests (`httpx.MockTransport`).
    """

    def __init__(
        self,
        *,
        name: str,
        url: str,
        parse: Callable[[Any], T],
        timeout_ms: int,
        last_good_max_age_s: int = 0,
        check_params: Mapping[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock = MONOTONIC,
    ) -> None:
        self.name = name
        self._url = url
        self._parse = parse
        self._timeout_ms = timeout_ms
        self._check_params = check_params or {}
        self._last_good_max_age_s = last_good_max_age_s
        self._flights: SingleFlight[T] = SingleFlight()
        self._plug(transport, clock)

    def _plug(self, transport: httpx.AsyncBaseTransport | None, clock: Clock) -> None:
        self._transport = transport
        self._last_good: LastGood[T] = LastGood(max_age_s=self._last_good_max_age_s, clock=clock)
        self._engines: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()

    @contextmanager
    def plugged(self, transport: httpx.AsyncBaseTransport, clock: Clock = MONOTONIC) -> Iterator[None]:
        """Talk to `transport` instead of the network, with nothing remembered, until the block ends; for tests."""
        before = self._transport
        self._plug(transport, clock)
        try:
            yield
        finally:
            self._plug(before, MONOTONIC)

    async def read(self, deadline: Deadline, *, params: Mapping[str, str] | None = None) -> Outcome[T]:
        """The feed's answer now, else its last good one, else why there is none; never later than `deadline`."""
        key = tuple(sorted((params or {}).items()))
        try:
            value = await self._ask(deadline, params or {}, key)
        except FeedError as error:
            FEED_READS.labels(self.name, error.reason).inc()
            return self._instead(key, error)
        FEED_READS.labels(self.name, "fresh").inc()
        now = datetime.now(UTC)
        self._last_good.put(value, key=key, as_of=now)
        return Fresh(value, now)

    async def check(self, deadline: Deadline) -> Check:
        """Ask the feed once for `/readyz`; a feed is never critical, because its fragment can speak without it."""
        try:
            await self._ask(deadline, self._check_params, ("check",))
        except FeedError as error:
            return Check(name=f"feed:{self.name}", is_ok=False, detail=error.reason)
        return Check(name=f"feed:{self.name}", is_ok=True)

    async def aclose(self) -> None:
        """Close this event loop's connections; the next read opens new ones."""
        engine = self._engines.pop(asyncio.get_running_loop(), None)
        if engine is not None:
            await engine.aclose()

    def _instead(self, key: tuple[Any, ...], error: FeedError) -> Stale[T] | Unavailable:
        kept = self._last_good.get(key)
        if kept is None:
            return Unavailable(error.reason, error.detail)
        return Stale(kept.value, kept.as_of, kept.age_s, error.reason)

    async def _ask(self, deadline: Deadline, params: Mapping[str, str], key: tuple[Any, ...]) -> T:
        inner = deadline.capped_ms(self._timeout_ms, reserve_ms=RESERVE_MS)
        try:
            with FEED_SECONDS.labels(self.name).time():
                async with inner.enforced():
                    return await self._flights.run(key, lambda: self._fetch_in_time(params))
        except DeadlinePassed as passed:
            raise FeedTimedOut(f"{self.name}: no complete answer in {self._timeout_ms} ms.") from passed

    async def _fetch_in_time(self, params: Mapping[str, str]) -> T:
        # The shared call has an end of its own: under steady traffic a hung one would always find somebody to join it.
        async with Deadline.after_ms(self._timeout_ms).enforced():
            return await self._fetch(params)

    async def _fetch(self, params: Mapping[str, str]) -> T:
        try:
            async with self._engine().stream("GET", self._url, params=params) as response:
                body = await self._body(response)
        except WIRE_ERRORS as error:
            raise feed_error(self.name, error) from error
        return self._value(body)

    async def _body(self, response: httpx.Response) -> bytes:
        if response.status_code != httpx.codes.OK:
            raise FeedBroke(f"{self.name}: answered {response.status_code}.", reason="bad_status")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise FeedBroke(f"{self.name}: compressed, though we asked for plain text.", reason="bad_type")
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > BODY_BYTES_MAX:
                raise FeedBroke(f"{self.name}: more than {BODY_BYTES_MAX} bytes.", reason="too_large")
        return bytes(body)

    def _value(self, body: bytes) -> T:
        try:
            return self._parse(json.loads(body))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise FeedBroke(f"{self.name}: {type(error).__name__}: {error}.") from error

    def _engine(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        engine = self._engines.get(loop)
        if engine is None:
            engine = self._engines[loop] = feed_engine(self._transport)
        return engine
