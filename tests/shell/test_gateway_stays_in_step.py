"""Bytes that two parsers could read in two ways end the connection, so that no answer is ever taken for another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fragment_kit.contract.outcome import Fresh, Unavailable
from tests.shell.gateways import bench
from tests.shell.hostile import HTML, Conversation, HostileFragment, hostile_fragment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

OK = f"HTTP/1.1 200 OK\r\n{HTML}"
CHUNKED = f"{OK}Transfer-Encoding: chunked\r\n\r\n"
WELL = "<div>well</div>"
EVIL = f"HTTP/1.1 200 OK\r\n{HTML}Content-Length: 15\r\n\r\n<div>evil</div>"
REFUSED = {
    "a length with a sign": f"{OK}Content-Length: +15\r\n\r\n{WELL}",
    "a negative length": f"{OK}Content-Length: -1\r\n\r\n{WELL}",
    "a length in words": f"{OK}Content-Length: 1e1\r\n\r\n{WELL}",
    "a length in other digits": f"{OK}Content-Length: \xb9\xb5\r\n\r\n{WELL}",
    "a list of lengths": f"{OK}Content-Length: 15, 15\r\n\r\n{WELL}",
    "a space before the colon": f"{OK}Content-Length : 15\r\n\r\n{WELL}",
    "a folded header": f"{OK}X-A: b\r\n c\r\nContent-Length: 15\r\n\r\n{WELL}",
    "a header without a colon": f"{OK}Nonsense\r\nContent-Length: 15\r\n\r\n{WELL}",
    "a zero byte in a header": f"{OK}X-A: a\x00b\r\nContent-Length: 15\r\n\r\n{WELL}",
    "a chunk size with a sign": f"{CHUNKED}+f\r\n{WELL}\r\n0\r\n\r\n",
    "a negative chunk": f"{CHUNKED}-1\r\n{WELL}\r\n0\r\n\r\n",
    "a chunk size in hex with a prefix": f"{CHUNKED}0xf\r\n{WELL}\r\n0\r\n\r\n",
    "a chunk size beyond all numbers": f"{CHUNKED}{'f' * 40}\r\n{WELL}\r\n0\r\n\r\n",
    "a chunk that is longer than it says": f"{CHUNKED}5\r\n{WELL}\r\n0\r\n\r\n",
    "chunked twice": f"{OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\nf\r\n{WELL}\r\n0\r\n\r\n",
    "a length in the trailers": f"{CHUNKED}f\r\n{WELL}\r\n0\r\nContent-Length: 3\r\n\r\n",
    "another version": f"HTTP/3.7 200 OK\r\n{HTML}Content-Length: 15\r\n\r\n{WELL}",
    "a status of four digits": f"HTTP/1.1 2000 OK\r\n{HTML}Content-Length: 15\r\n\r\n{WELL}",
}
TOLERATED = {
    "trailers": f"{CHUNKED}f\r\n{WELL}\r\n0\r\nSet-Cookie: a=b\r\nX-Late: 1\r\n\r\n",
    "chunk extensions": f"{CHUNKED}f;a=b\r\n{WELL}\r\n0\r\n\r\n",
    "a farewell": f"{OK}Connection: close\r\nContent-Length: 15\r\n\r\n{WELL}",
    "hop-by-hop headers": (
        f"{OK}Connection: keep-alive, x-secret\r\nKeep-Alive: timeout=9\r\nX-Secret: 1\r\nTrailer: Set-Cookie\r\n"
        f"Content-Length: 15\r\n\r\n{WELL}"
    ),
}
SMUGGLED = {
    "after a whole answer": f"{OK}Content-Length: 15\r\n\r\n{WELL}{EVIL}",
    "in the body of a 204": f"HTTP/1.1 204 No Content\r\nContent-Length: {len(EVIL)}\r\n\r\n{EVIL}",
    "in the body of a 304": f"HTTP/1.1 304 Not Modified\r\nContent-Length: {len(EVIL)}\r\n\r\n{EVIL}",
    "after trailers": f"{CHUNKED}f\r\n{WELL}\r\n0\r\nX: y\r\n\r\n{EVIL}",
    "in the body of a 500": f"HTTP/1.1 500 Oh\r\nContent-Length: {len(EVIL)}\r\n\r\n{EVIL}",
    "behind a short length": f"{OK}Content-Length: 15\r\n\r\n{WELL}\r\n\r\n{EVIL}",
}


@pytest.fixture
async def fragment() -> AsyncIterator[HostileFragment]:
    async with hostile_fragment() as running:
        yield running


def speak(fragment: HostileFragment, answer: str) -> None:
    @fragment.conduct("games")
    async def _(c: Conversation) -> None:
        await c.say(answer.encode("latin-1"))


async def assert_in_step(fragment: HostileFragment, answer: str, *, outcomes: tuple[type, ...]) -> None:
    """One hostile answer, and then nothing but honest ones."""
    speak(fragment, answer)
    side = bench(fragment.url)
    outcome, _, _ = await side.fetch(timeout_ms=200)
    assert isinstance(outcome, outcomes), outcome
    for number in range(4):
        honest, _, _ = await side.fetch("/slots/well", player=f"p{number}", session=f"s{number}")
        assert isinstance(honest, Fresh)
        assert honest.value.html == WELL
    assert side.gateway.hop.gauges() == {"": (0, 0), "lobby": (0, 0)}


@pytest.mark.parametrize("name", sorted(REFUSED))
async def test_it_refuses(fragment: HostileFragment, name: str) -> None:
    await assert_in_step(fragment, REFUSED[name], outcomes=(Unavailable,))


@pytest.mark.parametrize("name", sorted(TOLERATED))
async def test_it_reads_past(fragment: HostileFragment, name: str) -> None:
    await assert_in_step(fragment, TOLERATED[name], outcomes=(Fresh,))


@pytest.mark.parametrize("name", sorted(SMUGGLED))
async def test_it_shows_nobody_what_was_smuggled(fragment: HostileFragment, name: str) -> None:
    await assert_in_step(fragment, SMUGGLED[name], outcomes=(Fresh, Unavailable))


NAMES = st.sampled_from(
    ["Connection", "Keep-Alive", "Trailer", "TE", "Upgrade", "Transfer-Encoding", "Content-Length", "Proxy-Connection"]
)
VALUES = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=12) | st.sampled_from(
    ["close", "keep-alive", "chunked", "15", "0", "gzip", "identity", "trailers", "content-length", "Set-Cookie"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(fields=st.lists(st.tuples(NAMES, VALUES), max_size=5), trailers=st.lists(st.tuples(NAMES, VALUES), max_size=3))
async def test_whatever_the_framing_says_the_next_caller_gets_their_own(
    fields: list[tuple[str, str]], trailers: list[tuple[str, str]]
) -> None:
    said, after = ("".join(f"{name}: {value}\r\n" for name, value in pairs) for pairs in (fields, trailers))
    answer = f"{OK}Transfer-Encoding: chunked\r\n{said}\r\nf\r\n{WELL}\r\n0\r\n{after}\r\n{EVIL}"
    async with hostile_fragment() as fragment:
        await assert_in_step(fragment, answer, outcomes=(Fresh, Unavailable))
