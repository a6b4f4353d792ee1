"""The first border, over real sockets: whatever a provider does becomes a value, in time, and the next call is well."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from fragment_kit.contract.errors import FeedBroke
from fragment_kit.contract.outcome import Fresh, Stale, Unavailable
from fragment_kit.feeds.client import FeedClient
from fragment_kit.resilience.clock import ManualClock
from fragment_kit.resilience.deadline import Deadline
from fragment_kit.testing.fake_feed import FakeFeed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Client = Callable[..., FeedClient[int]]
    Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

BODY = json.dumps({"n": 7}).encode()
GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
SLACK_S = 0.25  # a busy machine may be late; a client without a total deadline would be late by seconds


def number(data: Any) -> int:
    if data["n"] < 0:
        raise FeedBroke("numbers: a negative number.")
    return int(data["n"])


class Provider:
    """A provider that speaks raw bytes; `talk` may be changed between calls."""

    def __init__(self) -> None:
        self.talk: Talk = self.answer
        self.url = ""
        self._release = asyncio.Event()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Provider]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/feeds/numbers"
        try:
            yield self
        finally:
            self._release.set()
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await self.talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def answer(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GOOD)
        await writer.drain()

    async def hang(self, _reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await self._release.wait()

    async def drip(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GOOD[:-1])
        await self._release.wait()

    async def early_hints_without_end(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not self._release.is_set():
            writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(0.005)  # a provider's pace, not a test's wait

    async def cut(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GOOD[:-3])

    async def close(self, _reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        return

    def says(self, answer: bytes) -> None:
        async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(answer)

        self.talk = talk


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with Provider().listening() as listening:
        yield listening


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    made: list[FeedClient[int]] = []

    def make(url: str, timeout_ms: int = 2_000) -> FeedClient[int]:
        made.append(FeedClient(name="numbers", url=url, parse=number, timeout_ms=timeout_ms, last_good_max_age_s=60))
        return made[-1]

    yield make
    for feed in made:
        await feed.aclose()


async def test_it_reads_what_the_provider_says(client: Client, provider: Provider) -> None:
    assert (await client(provider.url).read(Deadline.after_ms(3_000))).__class__ is Fresh


@pytest.mark.parametrize("trick", ["hang", "drip", "early_hints_without_end"])
async def test_it_is_over_at_the_deadline_however_the_provider_stalls(
    client: Client, provider: Provider, trick: str
) -> None:
    feed = client(provider.url, timeout_ms=200)
    provider.talk = getattr(provider, trick)
    started_s = time.monotonic()
    reading = await feed.read(Deadline.after_ms(1_000))
    assert reading == Unavailable("timeout", "numbers: no complete answer in 200 ms.")
    assert time.monotonic() - started_s < 0.2 + SLACK_S
    provider.talk = provider.answer
    assert isinstance(await feed.read(Deadline.after_ms(3_000)), Fresh)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n", "bad_status"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "bad_status"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<html", "contract"),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"n":-1', "contract"),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"n":-1}', "contract"),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"m": 1}', "contract"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b00", "bad_type"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + b"0" * 3_000_000, "too_large"),
        (b"nonsense\r\n\r\n", "contract"),
    ],
)
async def test_it_names_why_an_answer_is_of_no_use(
    client: Client, provider: Provider, answer: bytes, reason: str
) -> None:
    provider.says(answer)
    reading = await client(provider.url).read(Deadline.after_ms(3_000))
    assert isinstance(reading, Unavailable)
    assert reading.reason == reason


@pytest.mark.parametrize("trick", ["cut", "close"])
async def test_it_takes_no_half_answer(client: Client, provider: Provider, trick: str) -> None:
    provider.talk = getattr(provider, trick)
    reading = await client(provider.url).read(Deadline.after_ms(3_000))
    assert isinstance(reading, Unavailable)
    assert reading.reason == "connection_reset"


async def test_it_tells_a_closed_port_from_a_slow_one(client: Client, unused_tcp_port: int) -> None:
    reading = await client(f"http://127.0.0.1:{unused_tcp_port}/").read(Deadline.after_ms(3_000))
    assert isinstance(reading, Unavailable)
    assert reading.reason == "connection_refused"


async def test_it_survives_three_hundred_callers_who_left(client: Client, provider: Provider) -> None:
    feed = client(provider.url)
    provider.talk = provider.hang
    calls = [asyncio.create_task(feed.read(Deadline.after_ms(900), params={"n": str(n)})) for n in range(300)]
    await asyncio.sleep(0)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    provider.talk = provider.answer
    assert all([isinstance(await feed.read(Deadline.after_ms(3_000)), Fresh) for _ in range(20)])


async def test_it_asks_once_for_all_who_ask_at_the_same_moment(client: Client) -> None:
    feed = client("http://provider.example/")
    with FakeFeed({"n": 1}).plugged_into(feed) as fake:
        await asyncio.gather(*(feed.read(Deadline.after_ms(3_000)) for _ in range(20)))
    assert len(fake.requests) == 1


async def test_it_shows_its_last_good_answer_with_its_age_until_that_is_too_old(client: Client) -> None:
    feed, clock = client("http://provider.example/"), ManualClock()
    with FakeFeed({"n": 5}).plugged_into(feed, clock) as fake:
        await feed.read(Deadline.after_ms(3_000))
        fake.mode = "down"
        clock.advance(42)
        old = await feed.read(Deadline.after_ms(3_000))
        assert isinstance(old, Stale)
        assert (old.value, old.age_s, old.reason) == (5, 42, "bad_status")
        clock.advance(60)
        assert isinstance(await feed.read(Deadline.after_ms(3_000)), Unavailable)


async def test_it_carries_no_cookie_from_one_player_to_the_next(client: Client, provider: Provider) -> None:
    heads: list[bytes] = []

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GOOD.replace(b"\r\n\r\n", b"\r\nSet-Cookie: sid=ANA\r\n\r\n", 1))

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        await talk(reader, writer)
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with server:
        # By name and not by number: some jars keep nothing for addresses, and that would hide the fault.
        feed = client(f"http://localhost:{server.sockets[0].getsockname()[1]}/")
        await feed.read(Deadline.after_ms(3_000))
        await feed.read(Deadline.after_ms(3_000))
    assert len(heads) == 2
    assert not any(b"ookie" in head for head in heads)
