"""Frames: one per change, at most four a second, numbered without a gap, and never lost for good."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from fragment_kit.resilience.clock import ManualClock
from fragment_kit.serving.threads import in_thread
from fragments.lobby.leaderboard.board import newest_frame
from fragments.lobby.leaderboard.broadcast import Broadcaster
from fragments.lobby.leaderboard.frames import frame_json
from fragments.lobby.tests.settled import NOON, arrive, settled
from fragments.lobby.tests.watchers import Watchers

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)


class Scene:
    """A broadcaster, who watches it, and the two clocks in one hand."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.watchers = Watchers()
        self.now = NOON
        self.broadcaster = Broadcaster(self.watchers, clock=self.clock, now=lambda: self.now)

    async def after(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.now += timedelta(seconds=seconds)
        await self.broadcaster.turn()

    @property
    def seqs(self) -> list[int]:
        return [frame.seq for frame in self.watchers.pushed]


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_it_pushes_an_empty_board_first(scene: Scene) -> None:
    await scene.after(1)
    assert scene.seqs == [1]
    assert "No points yet today" in scene.watchers.pushed[0].html


async def test_it_pushes_one_frame_per_change_and_none_without(scene: Scene) -> None:
    await scene.after(1)
    await in_thread(arrive, settled("mira", 10_000, number=1))
    await scene.after(1)
    await scene.after(1)
    assert scene.seqs == [1, 2]
    assert "mira" in scene.watchers.pushed[1].html


async def test_it_joins_changes_that_come_within_a_quarter_of_a_second(scene: Scene) -> None:
    await scene.after(1)
    for number in range(1, 41):
        await in_thread(arrive, settled("mira", 10_000, number=number))
        await scene.after(0.05)
    await scene.after(0.25)
    drawn = [frame.as_of for frame in scene.watchers.pushed]
    assert 6 <= len(drawn) - 1 <= 9
    assert all(later - earlier >= timedelta(seconds=0.25) for earlier, later in pairwise(drawn))
    assert scene.seqs == list(range(1, len(scene.seqs) + 1))
    assert "4,000" in scene.watchers.pushed[-1].html


async def test_a_change_below_the_tenth_place_pushes_nothing(scene: Scene) -> None:
    await in_thread(arrive, *(settled(f"p{number}", 50_000, number=number) for number in range(1, 11)))
    await scene.after(1)
    await in_thread(arrive, settled("late", 100, number=11))
    await scene.after(1)
    assert scene.seqs == [1]


async def test_it_empties_the_board_at_midnight_utc(scene: Scene) -> None:
    await in_thread(arrive, settled("mira", 10_000, number=1))
    await scene.after(1)
    scene.now = datetime(2026, 11, 24, tzinfo=UTC)
    await scene.after(1)
    assert scene.seqs == [1, 2]
    assert "No points yet today" in scene.watchers.pushed[1].html


async def test_it_sends_the_newest_frame_when_redis_comes_back_and_wakes_paused_panels(scene: Scene) -> None:
    await scene.after(1)
    scene.watchers.is_away = True
    for number in (1, 2):
        await in_thread(arrive, settled("mira", 10_000, number=number))
        await scene.after(3)
    scene.watchers.is_away = False
    await scene.after(3)
    assert scene.seqs == [1, 3]
    assert "200" in scene.watchers.pushed[-1].html
    assert scene.watchers.signals == [("board.changed", None)]


async def test_it_puts_the_last_frame_back_after_redis_forgot_it(scene: Scene) -> None:
    await scene.after(1)
    scene.watchers.kept = None
    await scene.after(5)
    assert scene.watchers.kept is not None
    assert (scene.watchers.kept.seq, scene.seqs) == (1, [1])


async def test_it_writes_down_its_beat_only_while_redis_takes_it(scene: Scene) -> None:
    await scene.after(1)
    first = scene.now
    scene.watchers.is_away = True
    await scene.after(60)
    frame = await in_thread(newest_frame)
    assert frame is not None
    assert frame.beat_at == first


async def test_another_worker_goes_on_with_the_same_epoch_and_the_next_number(scene: Scene) -> None:
    await scene.after(1)
    other = Scene()
    await in_thread(arrive, settled("mira", 10_000, number=1))
    await other.after(1)
    assert other.seqs == [2]
    assert other.watchers.pushed[0].epoch == scene.watchers.pushed[0].epoch


async def test_it_tells_each_player_concerned_once(scene: Scene) -> None:
    events = [settled("ana", 100, number=1), settled("ben", 100, number=2), settled("ana", 100, number=3)]
    await scene.broadcaster.announce(events)
    await scene.after(1)
    await scene.after(1)
    assert sorted(scene.watchers.signals) == [("board.changed", "ana"), ("board.changed", "ben")]


async def test_a_change_wakes_it_and_a_stop_ends_it(scene: Scene) -> None:
    stop = asyncio.Event()
    seen = asyncio.Event()
    scene.watchers.send = _watching(scene.watchers.send, seen)  # type: ignore[method-assign,assignment]
    running = asyncio.create_task(scene.broadcaster.run(stop))
    await asyncio.wait_for(seen.wait(), 2)
    seen.clear()
    await in_thread(arrive, settled("mira", 10_000, number=1))
    scene.clock.advance(1)
    await scene.broadcaster.announce([settled("mira", 10_000, number=1)])
    await asyncio.wait_for(seen.wait(), 2)
    stop.set()
    await asyncio.wait_for(running, 2)
    assert scene.seqs == [1, 2]


async def test_a_frame_travels_with_topic_epoch_number_time_and_html(scene: Scene) -> None:
    await scene.after(1)
    frame = scene.watchers.pushed[0]
    assert json.loads(frame_json(frame)) == {
        "topic": "board.daily",
        "epoch": frame.epoch,
        "seq": 1,
        "as_of": "2026-11-23T12:00:01Z",
        "html": frame.html,
    }
    assert frame.html.startswith("<ol")
    assert frame.html.endswith("</ol>")


def _watching(send: Callable[..., object], seen: asyncio.Event) -> Callable[..., object]:
    async def watched(frame: object) -> None:
        await send(frame)  # type: ignore[misc]
        seen.set()

    return watched
