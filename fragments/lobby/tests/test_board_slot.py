"""The slot `board`: the newest frame as it was pushed, the player's own place, and words when it stands still."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from fragment_kit.serving.threads import in_thread
from fragments.lobby.leaderboard.board import read_board
from fragments.lobby.leaderboard.broadcast import utc_now
from fragments.lobby.leaderboard.frames import draw_frame, note_beat
from fragments.lobby.leaderboard.names import row_id, shown_name
from fragments.lobby.tests.settled import NOON, arrive, settled

if TYPE_CHECKING:
    from fragment_kit.testing.shell import FakeShell

pytestmark = pytest.mark.django_db(transaction=True)


def draw(*players: str) -> None:
    """Today's board with these players, the best first, drawn and alive."""
    now = utc_now()
    since_noon_s = (now - NOON).total_seconds()
    arrive(
        *(
            settled(player, 100_000 - 100 * number, number=number, after_s=since_noon_s)
            for number, player in enumerate(players, start=1)
        )
    )
    draw_frame(now)
    note_beat(now)


async def ask(shell: FakeShell, player: str | None = None) -> tuple[str, str]:
    response = await shell.get("/slots/board", player=player)
    assert response.status_code == 200
    return response.headers["Fragment-State"], response.content.decode()


async def test_it_shows_the_frame_that_was_pushed_under_its_epoch_and_number(shell: FakeShell) -> None:
    await in_thread(draw, "mira", "tove")
    reading = await in_thread(read_board, None)
    state, html = await ask(shell)
    assert reading.frame is not None
    assert state == "fresh"
    assert reading.frame.html in html
    assert f'id="board-daily" data-topic="board.daily" data-epoch="{reading.frame.epoch}" data-seq="1"' in html


async def test_a_get_between_two_frames_still_agrees_with_the_last_push(shell: FakeShell) -> None:
    await in_thread(draw, "mira")
    await in_thread(arrive, settled("tove", 900_000, number=9, after_s=(utc_now() - NOON).total_seconds()))
    _, html = await ask(shell)
    assert 'data-seq="1"' in html
    assert "tove" not in html


async def test_it_shows_a_player_their_own_place_below_the_ten(shell: FakeShell) -> None:
    await in_thread(draw, *(f"p{number:02}" for number in range(1, 12)), "ana")
    _, html = await ask(shell, "ana")
    own = html[html.index('id="lobby-own-place"') :]
    assert ">12</span>" in own
    assert "You" in own
    assert "988" in own


async def test_it_tells_a_player_without_points_so_and_a_guest_nothing(shell: FakeShell) -> None:
    await in_thread(draw, "mira")
    assert "You have no points today" in (await ask(shell, "ben"))[1]
    assert "lobby-own-place" not in (await ask(shell))[1]


async def test_it_gives_nobody_away_who_did_not_agree(shell: FakeShell) -> None:
    await in_thread(draw, "ana", "mira-2")
    _, html = await ask(shell)
    assert "a••" in html
    assert ">ana<" not in html
    assert "lobby-board-ana" not in html
    assert 'id="lobby-board-mira-2"' in html


async def test_it_says_that_it_stands_still_before_its_worker_ever_ran(shell: FakeShell) -> None:
    state, html = await ask(shell)
    assert state == "degraded"
    assert "not moving right now" in html
    assert 'id="board-daily"' in html


async def test_it_says_since_when_it_stands_still(shell: FakeShell) -> None:
    await in_thread(draw, "mira")
    beat_at = utc_now() - timedelta(seconds=16)
    await in_thread(note_beat, beat_at)
    state, html = await ask(shell)
    assert state.startswith("degraded; as-of=")
    assert f"{beat_at:%H:%M} UTC" in html
    assert "mira" in html


async def test_its_answer_is_never_shared_between_players(shell: FakeShell) -> None:
    assert (await shell.get("/slots/board", player="ana")).headers["Cache-Control"] == "private, no-cache"


async def test_it_refuses_a_forged_passport(shell: FakeShell) -> None:
    response = await shell._client.get("/slots/board", headers={"Authorization": "Bearer x.y.z"})
    assert response.status_code == 401


@pytest.mark.parametrize(("player", "name"), [("mira", "mira"), ("mira-12", "mira-12"), ("ana", "a••"), ("", "••")])
def test_a_name_is_shown_only_by_agreement(player: str, name: str) -> None:
    assert shown_name(player, {"mira"}) == name


@pytest.mark.parametrize("player", ["miranda", "mira-x", "mira-2-evil x", 'mira"><b>', "xmira"])
def test_a_name_that_only_looks_like_a_nickname_is_masked(player: str) -> None:
    assert shown_name(player, {"mira"}) == f"{player[0]}••"
    assert player not in row_id(player, {"mira"})


def test_a_row_keeps_its_id() -> None:
    assert row_id("ana") == row_id("ana") != row_id("ben")
