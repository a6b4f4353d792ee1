"""Connections to fragments are used again while they are beyond doubt, and never otherwise."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from fragment_kit.contract.outcome import Fresh, Unavailable
from fragment_kit.resilience.deadline import Deadline
from shell.gateway.failures import CallFailed
from shell.gateway.upstream import HttpUpstream, UpstreamRequest
from tests.shell.gateways import action_call, bench
from tests.shell.hostile import HTML, Conversation, HostileFragment, hostile_fragment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

OK = "HTTP/1.1 200 OK\r\n"
GOOD = "<div>well</div>"


@pytest.fixture
async def fragment() -> AsyncIterator[HostileFragment]:
    async with hostile_fragment() as running:
        yield running


async def test_it_uses_a_connection_again(fragment: HostileFragment) -> None:
    side = bench(fragment.url)
    for _ in range(5):
        assert isinstance((await side.fetch())[0], Fresh)
    assert len(fragment.tasks) == 1


async def test_it_opens_a_connection_for_an_action_because_an_old_one_may_just_be_closing(
    fragment: HostileFragment,
) -> None:
    fragment.answers("optins", GOOD)
    side = bench(fragment.url)
    await side.fetch()
    await side.gateway.act(action_call())
    assert len(fragment.tasks) == 2


@pytest.mark.parametrize("farewell", ["Connection: close\r\n", ""])
async def test_it_leaves_a_connection_that_the_fragment_gives_up(fragment: HostileFragment, farewell: str) -> None:
    version = "1.1" if farewell else "1.0"

    @fragment.conduct("last")
    async def _(c: Conversation) -> None:
        await c.say(f"HTTP/{version} 200 OK\r\n{HTML}{farewell}Content-Length: {len(GOOD)}\r\n\r\n{GOOD}")

    side = bench(fragment.url)
    for path in ("/slots/last", "/slots/well"):
        outcome, trail, _ = await side.fetch(path)
        assert isinstance(outcome, Fresh)
        assert trail.attempts == 1


async def test_it_drops_a_connection_on_which_somebody_speaks_unasked(fragment: HostileFragment) -> None:
    may_go_on, have_left = asyncio.Event(), asyncio.Event()

    @fragment.conduct("talks")
    async def _(c: Conversation) -> None:
        await c.answer()
        await may_go_on.wait()
        await c.answer("<div>evil</div>")
        await c.until_they_leave()
        have_left.set()

    side = bench(fragment.url)
    await side.fetch("/slots/talks")
    may_go_on.set()
    await asyncio.wait_for(have_left.wait(), 1)
    for _ in range(3):
        outcome, _, _ = await side.fetch("/slots/well")
        assert isinstance(outcome, Fresh)
        assert outcome.value.html == GOOD


async def test_it_skips_interim_answers_and_trailers(fragment: HostileFragment) -> None:
    @fragment.conduct("hints")
    async def _(c: Conversation) -> None:
        await c.say("HTTP/1.1 103 Early Hints\r\nContent-Type: text/plain\r\nLink: </a>\r\n\r\n")
        await c.say(OK, HTML, "Transfer-Encoding: chunked\r\n\r\n", f"f\r\n{GOOD}\r\n0\r\nContent-Type: x\r\n\r\n")

    outcome, _, _ = await bench(fragment.url).fetch("/slots/hints")
    assert isinstance(outcome, Fresh)
    assert outcome.value.html == GOOD


async def test_it_stops_listening_to_a_head_that_never_ends(fragment: HostileFragment) -> None:
    @fragment.conduct("endless")
    async def _(c: Conversation) -> None:
        await c.say(OK, "X-A: ")
        await c.drip([b"a" * 16_384], every_s=0.001)

    outcome, _, took_ms = await bench(fragment.url).fetch("/slots/endless", timeout_ms=5_000)
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "too_large"
    assert took_ms < 1_000


async def test_it_closes_the_connection_of_a_caller_who_left(fragment: HostileFragment) -> None:
    has_ended = asyncio.Event()

    @fragment.conduct("waits")
    async def _(c: Conversation) -> None:
        await c.until_they_leave()
        has_ended.set()

    call = asyncio.ensure_future(bench(fragment.url).fetch("/slots/waits", timeout_ms=10_000))
    await fragment.asked()
    call.cancel()
    await asyncio.wait_for(has_ended.wait(), 1)


@pytest.mark.parametrize(
    ("path", "value"), [("/a\r\nX-B: c", "d"), ("/a", "b\r\nX-C: d"), ("/a", "b\nX-C: d"), ("/a", "ü")]
)
async def test_it_puts_no_second_line_and_no_foreign_letter_on_the_wire(
    fragment: HostileFragment, path: str, value: str
) -> None:
    request = UpstreamRequest(method="GET", path=path, headers=[("X-A", value)])
    with pytest.raises(CallFailed) as refused:
        await HttpUpstream([fragment.url]).send(request, Deadline.after_ms(300))
    assert (refused.value.reason, refused.value.was_sent) == ("contract", False)
    assert fragment.heads == []


async def test_it_knows_a_head_again_and_still_reads_every_body(fragment: HostileFragment) -> None:
    turn = iter("abcdef")

    @fragment.conduct("turns")
    async def _(c: Conversation) -> None:
        await c.answer(f"<div>{next(turn)}</div>")

    side = bench(fragment.url)
    said = [(await side.fetch("/slots/turns"))[0] for _ in range(6)]
    assert [outcome.value.html for outcome in said] == [f"<div>{letter}</div>" for letter in "abcdef"]
    assert len(fragment.tasks) == 1


@pytest.mark.parametrize(("body", "reason"), [("<div>ha", "incomplete"), (f"{GOOD}HTTP/1.1 200 OK\r\n", None)])
async def test_it_does_not_trust_a_body_for_the_sake_of_a_known_head(
    fragment: HostileFragment, body: str, reason: str | None
) -> None:
    head = f"{OK}{HTML}Content-Length: {len(GOOD)}\r\n\r\n"

    @fragment.conduct("well")
    async def _(c: Conversation) -> None:
        await c.say(head + GOOD)

    @fragment.conduct("turns")
    async def _(c: Conversation) -> None:
        await c.say(head + body)
        c.hang_up()

    side = bench(fragment.url)
    for _ in range(3):
        await side.fetch("/slots/well")
    outcome, _, _ = await side.fetch("/slots/turns")
    assert getattr(outcome, "reason", None) == reason
    again, trail, _ = await side.fetch("/slots/well")
    assert isinstance(again, Fresh)
    assert trail.attempts == 1
    assert len(fragment.heads) == 5
