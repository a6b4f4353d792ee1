"""While nobody can say whose session it is, the player is neither served as a visitor nor asked to sign in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from shell.players.identity import SESSION_UNKNOWN

if TYPE_CHECKING:
    from tests.shell.composition.stage import Stage


@pytest.fixture
def unknown(stage: Stage) -> Stage:
    stage.player = SESSION_UNKNOWN
    return stage


@pytest.mark.parametrize("path", ["/", "/wallet"])
async def test_it_never_asks_a_player_to_sign_in_whom_it_cannot_name(unknown: Any, path: str) -> None:
    said = await unknown.ask(path)
    assert said.status == 200
    assert "/signin" not in said.text
    assert "We can't see who you are right now. Nothing is lost." in said.text


async def test_it_shows_a_visitor_the_way_in_on_the_same_stage(unknown: Any) -> None:
    await unknown.ask("/")
    unknown.player = None
    said = await unknown.ask("/")
    assert "/signin" in said.text
    assert "who you are" not in said.text


async def test_it_shows_own_panels_as_unavailable_that_try_again_by_themselves(unknown: Any) -> None:
    said = await unknown.panel("wallet.balance")
    assert said.headers["panel-state"] == "unavailable; reason=timeout"
    assert re.search(r'hx-trigger="[^"]*delay:\d+s', said.text)
    assert unknown.gateway.calls == []


async def test_it_blames_no_fragment_for_what_it_did_not_ask(unknown: Any) -> None:
    await unknown.panel("wallet.balance")
    assert unknown.recovery.away == ()


async def test_it_asks_for_open_panels_as_nobody(unknown: Any) -> None:
    said = await unknown.panel("lobby.games")
    assert said.headers["panel-state"] == "fresh"
    assert [call.player for call in unknown.gateway.calls] == [None]


@pytest.mark.parametrize("path", ["/f/wallet/acts", "/f/promotions/acts"])
async def test_it_sends_no_action_in_nobodys_name(unknown: Any, path: str) -> None:
    said = await unknown.post(path, "amount=25&idempotency_key=key-1")
    assert said.headers["panel-state"] == "blocked; reason=timeout"
    assert "nothing has happened" in said.text
    assert 'value="25"' in said.text
    assert unknown.gateway.acts == []
