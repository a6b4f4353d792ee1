"""An action is sent once; the player hears what became of it, or that this is not known."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from fragment_kit.resilience.breaker_rules import BreakerRules
from shell.gateway.calls import Answered, Refused, SeeOther, Trail, Unknown, Unreachable
from tests.shell.gateways import action_call, bench
from tests.shell.hostile import Conversation, HostileFragment, hostile_fragment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def fragment() -> AsyncIterator[HostileFragment]:
    """A fragment on a real socket."""
    async with hostile_fragment() as running:
        yield running


async def test_it_carries_the_form_and_its_key(fragment: HostileFragment) -> None:
    await bench(fragment.url).gateway.act(action_call(body=b"a=1&b=2", idempotency_key="k-1"))
    head = fragment.heads[0]
    assert head.startswith("POST /optins HTTP/1.1")
    assert "Idempotency-Key: k-1" in head
    assert "Content-Type: application/x-www-form-urlencoded" in head
    assert "Fragment-Mode: action" in head
    assert fragment.bodies == [b"a=1&b=2"]


@pytest.mark.parametrize("content_type", ["text/html", "application/x-www-form-urlencoded\r\nX: y", "image/png"])
async def test_it_passes_no_other_type_on(fragment: HostileFragment, content_type: str) -> None:
    await bench(fragment.url).gateway.act(action_call(content_type=content_type))
    assert "content-type" not in fragment.heads[0].lower()


@pytest.mark.parametrize("status", [200, 400, 422])
async def test_it_brings_the_form_back(fragment: HostileFragment, status: int) -> None:
    fragment.answers("optins", "<form>x</form>", status=f"{status} X", extra="Fragment-Emits: a.b, c.d\r\n")
    outcome = await bench(fragment.url).gateway.act(action_call(emits=("a.b",)))
    assert isinstance(outcome, Answered)
    assert (outcome.status, outcome.content.html, outcome.content.emits) == (status, "<form>x</form>", ("a.b",))


async def test_it_says_where_to_look_next(fragment: HostileFragment) -> None:
    extra = "Location: /f/lobby/games?category=cards\r\nFragment-Emits: a.b\r\n"
    fragment.answers("optins", "", status="303 Look", extra=extra)
    outcome = await bench(fragment.url).gateway.act(action_call(emits=("a.b",)))
    assert outcome == SeeOther("/f/lobby/games?category=cards", ("a.b",))


@pytest.mark.parametrize(
    "location",
    ["https://evil.example/", "//evil", "/f/wallet/x", "/f/lobby/../wallet/x", "/f/lobby", "", "/f/lobby/%2e%2e/x"],
)
async def test_it_follows_nobody_out_of_the_mount(fragment: HostileFragment, location: str) -> None:
    fragment.answers("optins", "", status="303 Look", extra=f"Location: {location}\r\n")
    outcome = await bench(fragment.url).gateway.act(action_call())
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "contract"


@pytest.mark.parametrize("status", [401, 403, 404, 409, 410, 429])
async def test_it_passes_a_refusal_on_without_blame(fragment: HostileFragment, status: int) -> None:
    fragment.answers("optins", status=f"{status} No")
    side = bench(fragment.url, rules=BreakerRules(calls_min=2))
    outcomes = [await side.gateway.act(action_call()) for _ in range(5)]
    assert outcomes == [Refused(status)] * 5


async def test_it_does_not_know_what_became_of_a_form_that_was_never_answered(fragment: HostileFragment) -> None:
    @fragment.conduct("optins")
    async def _(c: Conversation) -> None:
        await asyncio.sleep(30)

    outcome = await bench(fragment.url).gateway.act(action_call(timeout_ms=120))
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "timeout"


@pytest.mark.parametrize("status", ["500 Oh", "502 Oh", "307 Again"])
async def test_it_does_not_know_what_a_failing_fragment_did(fragment: HostileFragment, status: str) -> None:
    fragment.answers("optins", status=status)
    outcome = await bench(fragment.url).gateway.act(action_call())
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "bad_status"


async def test_it_never_sends_twice(fragment: HostileFragment) -> None:
    @fragment.conduct("optins")
    async def _(c: Conversation) -> None:
        c.hang_up()

    trail = Trail()
    outcome = await bench(fragment.url).gateway.act(action_call(), trail)
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "connection_reset"
    assert (len(fragment.heads), trail.attempts) == (1, 1)


async def test_it_is_sure_that_nothing_was_sent_when_nobody_listens() -> None:
    async with hostile_fragment() as gone:
        side = bench(gone.url, rules=BreakerRules(calls_min=2))
    outcomes = [await side.gateway.act(action_call()) for _ in range(3)]
    assert [outcome.reason for outcome in outcomes] == ["connection_refused", "connection_refused", "breaker_open"]
    assert all(isinstance(outcome, Unreachable) for outcome in outcomes)


async def test_it_is_sure_that_nothing_was_sent_to_an_unknown_fragment(fragment: HostileFragment) -> None:
    outcome = await bench(fragment.url).gateway.act(action_call(fragment="nobody"))
    assert isinstance(outcome, Unreachable)
    assert outcome.reason == "not_registered"
