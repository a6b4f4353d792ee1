"""Nothing that a fragment does on the wire makes a panel late, wrong, or bad for the next call."""

from __future__ import annotations

import gzip
import socket
import tracemalloc
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from fragment_kit.contract.outcome import Fresh, Unavailable
from shell.gateway.failures import CallFailed
from shell.gateway.response_guards import decoded
from tests.shell.gateways import bench
from tests.shell.hostile import HTML, Conversation, bomb, hostile_fragment
from tests.shell.hostile_conducts import CASES, OK

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT_MS = 300
LEEWAY_MS = 50


@pytest.mark.parametrize("name", sorted(CASES))
async def test_it_names_the_cause_in_time_and_the_next_call_is_well(name: str) -> None:
    reason, conduct = CASES[name]
    async with hostile_fragment() as fragment:
        fragment.conducts[name] = conduct
        side = bench(fragment.url)
        await side.fetch("/slots/well")  # a pooled connection to spoil
        outcome, trail, took_ms = await side.fetch(f"/slots/{name}", timeout_ms=TIMEOUT_MS)
        assert isinstance(outcome, Unavailable), outcome
        assert outcome.reason == reason, outcome
        assert took_ms < TIMEOUT_MS + LEEWAY_MS
        assert trail.took_ms == pytest.approx(took_ms, abs=5)
        for _ in range(3):
            healthy, _, _ = await side.fetch("/slots/well")
            assert isinstance(healthy, Fresh)
            assert healthy.value.html == "<div>well</div>"
        assert side.gateway.hop.gauges() == {"": (0, 0), "lobby": (0, 0)}


def test_it_blows_no_bomb_up() -> None:
    packed = bomb()
    tracemalloc.start()
    with pytest.raises(CallFailed, match="too_large"):
        decoded(packed, {"content-encoding": "gzip"})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * 2**20


async def test_it_says_refused_when_nobody_listens() -> None:
    async with hostile_fragment() as fragment:
        url = fragment.url
    outcome, trail, took_ms = await bench(url).fetch()
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "connection_refused"
    assert took_ms < TIMEOUT_MS + LEEWAY_MS
    assert trail.attempts == 2


async def test_it_gives_up_in_time_on_an_address_that_swallows_packets() -> None:
    with full_backlog() as url:
        outcome, trail, took_ms = await bench(url).fetch(timeout_ms=TIMEOUT_MS)
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "timeout"
    assert trail.attempts == 1
    assert took_ms < TIMEOUT_MS + LEEWAY_MS


@contextmanager
def full_backlog() -> Iterator[str]:
    """An address whose handshakes are dropped, because nobody accepts those that came before."""
    with ExitStack() as sockets:
        listener = sockets.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(8):
            client = sockets.enter_context(socket.socket())
            client.settimeout(0)
            client.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


async def test_it_gives_up_in_time_on_a_name_that_nobody_knows() -> None:
    outcome, _, took_ms = await bench("http://no-such-fragment.invalid:8101").fetch(timeout_ms=TIMEOUT_MS)
    assert isinstance(outcome, Unavailable)
    assert took_ms < TIMEOUT_MS + LEEWAY_MS


async def test_it_does_not_take_a_second_response_for_the_next_callers_answer() -> None:
    async with hostile_fragment() as fragment:

        @fragment.conduct("smuggles")
        async def _(c: Conversation) -> None:
            await c.answer()
            await c.answer("<div>evil</div>")

        side = bench(fragment.url)
        await side.fetch("/slots/smuggles")
        for _ in range(5):
            outcome, _, _ = await side.fetch("/slots/well")
            assert isinstance(outcome, Fresh)
            assert outcome.value.html == "<div>well</div>"


async def test_it_accepts_chunks_and_honest_gzip() -> None:
    async with hostile_fragment() as fragment:

        @fragment.conduct("chunks")
        async def _(c: Conversation) -> None:
            await c.say(OK, HTML, "Transfer-Encoding: chunked\r\n\r\n6\r\n<div>a\r\n7\r\n</div>\n\r\n0\r\n\r\n")

        @fragment.conduct("packed")
        async def _(c: Conversation) -> None:
            await c.answer(gzip.compress(b"<div>packed</div>"), extra="Content-Encoding: gzip\r\n")

        side = bench(fragment.url)
        chunks, _, _ = await side.fetch("/slots/chunks")
        packed, _, _ = await side.fetch("/slots/packed")
        assert isinstance(chunks, Fresh)
        assert chunks.value.html == "<div>a</div>"
        assert isinstance(packed, Fresh)
        assert packed.value.html == "<div>packed</div>"
