"""What goes over the wire to a fragment, and what an answer means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fragment_kit.contract.outcome import Fresh, Unavailable
from fragment_kit.contract.passport import read_passport
from shell.gateway.calls import SignedOut
from tests.shell.gateways import KEY, bench
from tests.shell.hostile import Conversation, HostileFragment, hostile_fragment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def fragment() -> AsyncIterator[HostileFragment]:
    """A fragment on a real socket."""
    async with hostile_fragment() as running:
        yield running


async def test_it_sends_the_contracts_headers_and_no_others(fragment: HostileFragment) -> None:
    await bench(fragment.url).fetch(traceparent=f"00-{'a' * 32}-{'b' * 16}-01", locale="de, en;q=0.5")
    lines = fragment.heads[0].strip().split("\r\n")
    sent = dict(line.split(": ", 1) for line in lines[1:])
    assert lines[0] == "GET /slots/games HTTP/1.1"
    assert 0 < int(sent.pop("Fragment-Deadline-Ms")) <= 300
    passport = read_passport(sent.pop("Authorization").removeprefix("Bearer "), [KEY.public_key()], audience="lobby")
    assert passport.player == "ana"
    assert passport.session != "ana-1"
    assert sent.pop("Host") in fragment.url
    assert sent == {
        "Accept": "text/html",
        "Accept-Encoding": "identity",
        "Fragment-Contract": "1",
        "Fragment-Mount": "/f/lobby",
        "Fragment-Mode": "include",
        "Fragment-Slot": "games",
        "Accept-Language": "de, en;q=0.5",
        "X-Request-Id": "req-1",
        "Traceparent": f"00-{'a' * 32}-{'b' * 16}-01",
        "User-Agent": "croupier-shell",
    }


async def test_it_tells_a_shared_slot_nothing_about_the_player(fragment: HostileFragment) -> None:
    await bench(fragment.url).fetch(is_shared=True)
    assert "authorization" not in fragment.heads[0].lower()


async def test_it_keeps_no_cookie(fragment: HostileFragment) -> None:
    fragment.answers("sets", extra="Set-Cookie: sid=ALICE; Path=/\r\nHX-Redirect: /evil\r\n")
    side = bench(fragment.url.replace("127.0.0.1", "localhost"))
    await side.fetch("/slots/sets")
    await side.fetch("/slots/sets", player="ben", session="ben-1")
    assert len(fragment.heads) == 2
    assert all("cookie" not in head.lower() for head in fragment.heads)


async def test_it_reads_what_the_fragment_says_of_itself(fragment: HostileFragment) -> None:
    said = (
        "Fragment-State: degraded; feed=tables; as-of=2026-11-23T19:00:00Z\r\nFragment-Version: 1.4.0\r\n"
        "Fragment-Emits: wallet.changed, other.changed\r\nServer-Timing: db;dur=1.5, bad;x=<y>\r\n"
        "Content-Language: de\r\n"
    )
    fragment.answers("games", extra=said)
    side = bench(fragment.url)
    outcome, _, _ = await side.fetch(emits=("wallet.changed",))
    assert isinstance(outcome, Fresh)
    content = outcome.value
    assert (content.state, content.feed, content.as_of) == ("degraded", "tables", "2026-11-23T19:00:00Z")
    assert (content.version, content.emits, content.server_timing) == ("1.4.0", ("wallet.changed",), "db;dur=1.5")
    assert content.content_language == "de"
    assert side.versions == [("lobby", "1.4.0")]


async def test_it_knows_an_empty_panel_and_a_signed_out_player(fragment: HostileFragment) -> None:
    @fragment.conduct("nothing")
    async def _(c: Conversation) -> None:
        await c.say("HTTP/1.1 204 No Content\r\n\r\n")

    fragment.answers("private", status="401 Who")
    side = bench(fragment.url)
    empty, _, _ = await side.fetch("/slots/nothing")
    signed_out, _, _ = await side.fetch("/slots/private")
    assert isinstance(empty, Fresh)
    assert (empty.value.state, empty.value.html) == ("empty", "")
    assert signed_out == SignedOut()


@pytest.mark.parametrize("path", ["//evil/x", "/../x", "/a/%2e%2e/b", "/a\\b", "x", "/a b", "/a\r\nX: y", "/a#b"])
async def test_it_asks_nothing_of_a_path_that_climbs(fragment: HostileFragment, path: str) -> None:
    outcome, trail, _ = await bench(fragment.url).fetch(path)
    assert isinstance(outcome, Unavailable)
    assert (outcome.reason, trail.attempts, fragment.heads) == ("contract", 0, [])


async def test_it_says_so_when_a_fragment_is_not_registered(fragment: HostileFragment) -> None:
    outcome, _, _ = await bench(fragment.url).fetch(fragment="nobody")
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "not_registered"
