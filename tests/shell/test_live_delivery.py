"""The one WebSocket over real sockets: what arrives, for whom, and how often."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
import redis.asyncio

from tests.shell.standing import ANA, BEN, Standing, board, frame, frame_with, standing_shell, until

if TYPE_CHECKING:
    from tests.valkey import ValkeyProcess


async def test_it_wraps_a_published_board_in_one_element(shell: Standing, broker: redis.asyncio.Redis) -> None:
    async with shell.socket("board.daily") as socket:
        await broker.publish("live.board.daily", board(8123, html="<ol><li>ana</li></ol>"))
        text = await frame(socket)
    assert text.startswith('<div id="board-daily" hx-swap-oob="morph" data-topic="board.daily" data-epoch="6f2a" ')
    assert 'data-seq="8123"' in text
    assert text.endswith("><ol><li>ana</li></ol></div>")


async def test_it_gives_a_new_subscriber_the_newest_frame_at_once(shell: Standing, broker: redis.asyncio.Redis) -> None:
    async with shell.socket("board.daily") as first:
        await broker.publish("live.board.daily", board(5))
        await frame(first)
        async with shell.socket("board.daily") as second:
            assert 'data-seq="5"' in await frame(second)


async def test_it_reads_the_kept_frame_of_a_board_that_moved_before_it_started(
    sessions_redis: ValkeyProcess, broker: redis.asyncio.Redis
) -> None:
    await broker.set("live:last:board.daily", board(77))
    async with standing_shell() as shell, shell.socket("board.daily") as socket:
        assert 'data-seq="77"' in await frame(socket)


async def test_it_sends_at_most_four_frames_a_second_and_always_the_latest(
    shell: Standing, broker: redis.asyncio.Redis
) -> None:
    async with shell.socket("board.daily") as socket:
        began_s = asyncio.get_running_loop().time()
        for seq in range(1, 101):
            await broker.publish("live.board.daily", board(seq))
            await asyncio.sleep(0.01)
        frames = 1
        while 'data-seq="100"' not in await frame(socket):
            frames += 1
        took_s = asyncio.get_running_loop().time() - began_s
    assert frames <= took_s * 4 + 2


async def test_it_never_goes_back_within_an_epoch(shell: Standing, broker: redis.asyncio.Redis) -> None:
    async with shell.socket("board.daily") as socket:
        for seq in (9, 8, 9, 10):
            await broker.publish("live.board.daily", board(seq))
            await asyncio.sleep(0.3)
        assert 'data-seq="9"' in await frame(socket)
        assert 'data-seq="10"' in await frame(socket)


async def test_it_drops_what_breaks_the_contract_and_goes_on(shell: Standing, broker: redis.asyncio.Redis) -> None:
    async with shell.socket("board.daily") as socket:
        for bad in ("{", "[]", "null", '{"topic": "board.daily"}', board(1, html="<script>"), board(2, epoch='"><')):
            await broker.publish("live.board.daily", bad)
        await broker.publish("live.board.daily", board(3))
        assert 'data-seq="3"' in await frame(socket)


async def test_it_tells_only_the_player_whose_data_changed(shell: Standing, broker: redis.asyncio.Redis) -> None:
    async with shell.socket("panels", session=ANA) as ana, shell.socket("panels", session=BEN) as ben:
        for socket in (ana, ben):
            assert 'data-refresh=""' in await frame(socket)
        await broker.publish("live.signals", json.dumps({"emits": "wallet.changed", "player": "ana"}))
        text = await frame(ana)
        assert 'data-refresh="wallet.balance wallet.history" data-spread-ms="300"' in text
        assert 'data-seq="1"' in text
        await broker.publish("live.signals", json.dumps({"emits": "tables.changed", "player": None}))
        assert 'data-refresh="live_dealer.tables" data-spread-ms="3000"' in await frame(ben)


async def test_it_gathers_a_burst_of_changes_into_one_signal_a_second(
    shell: Standing, broker: redis.asyncio.Redis
) -> None:
    async with shell.socket("panels", session=ANA) as ana:
        await frame(ana)
        for number in range(60):
            emits = "tables.changed" if number % 2 else "wallet.changed"
            await broker.publish("live.signals", json.dumps({"emits": emits, "player": "ana"}))
            await asyncio.sleep(0.02)
        seen = []
        while True:
            try:
                seen.append(await frame(ana, within_s=1.5))
            except TimeoutError:
                break
    assert 2 <= len(seen) <= 4
    assert "live_dealer.tables wallet.balance wallet.history" in seen[-1]


async def test_it_announces_to_every_process(shell: Standing, broker: redis.asyncio.Redis) -> None:
    async with standing_shell() as other:
        await until(lambda: other.live.is_up)
        async with shell.socket("panels") as here, other.socket("panels") as there:
            await shell.live.announce(["lobby.games"], 2500)
            for socket in (here, there):
                assert 'data-spread-ms="2500"' in await frame_with(socket, "lobby.games")
            with pytest.raises(TimeoutError):
                await frame_with(here, "lobby.games", within_s=1.3)


@pytest.mark.parametrize("outage", ["kill", "freeze"])
async def test_it_keeps_sockets_open_while_redis_is_away_and_heals_by_itself(
    shell: Standing, sessions_redis: ValkeyProcess, broker: redis.asyncio.Redis, outage: str
) -> None:
    async with shell.socket("board.daily,panels", session=ANA) as socket:
        await frame(socket)
        sessions_redis.stop() if outage == "kill" else sessions_redis.freeze()
        try:
            await until(lambda: not shell.live.is_up)
            await shell.live.announce(["wallet.balance"], 0)
            await frame_with(socket, "wallet.balance")
        finally:
            sessions_redis.start() if outage == "kill" else sessions_redis.thaw()
        if outage == "kill":
            # Its memory is gone; the session is not what this test is about.
            async with redis.asyncio.Redis.from_url(sessions_redis.url) as client:
                await client.set(f"session:{ANA}", "{}")
        await until(lambda: shell.live.is_up)
        async with redis.asyncio.Redis.from_url(sessions_redis.url) as client:
            await client.publish("live.board.daily", board(1))
            assert 'data-seq="1"' in await frame_with(socket, "board-daily")


@pytest.mark.parametrize("outage", ["kill", "freeze"])
async def test_it_tells_open_pages_when_news_stops_and_when_it_moves_again(
    shell: Standing, sessions_redis: ValkeyProcess, outage: str
) -> None:
    async with shell.socket("panels") as socket:
        assert 'data-live="moving"' in await frame(socket)
        sessions_redis.stop() if outage == "kill" else sessions_redis.freeze()
        try:
            assert 'data-live="paused"' in await frame(socket, within_s=7)
            async with shell.socket("panels") as later:
                assert 'data-live="paused"' in await frame(later)
        finally:
            sessions_redis.start() if outage == "kill" else sessions_redis.thaw()
        assert 'data-live="moving"' in await frame(socket, within_s=8)


async def test_it_says_nothing_of_an_outage_shorter_than_a_blink(
    shell: Standing, sessions_redis: ValkeyProcess
) -> None:
    async with shell.socket("panels") as socket:
        await frame(socket)
        sessions_redis.stop()
        try:
            await until(lambda: not shell.live.is_up)
        finally:
            sessions_redis.start()
        await until(lambda: shell.live.is_up)
        with pytest.raises(TimeoutError):
            await frame(socket, within_s=1.5)


async def test_it_keeps_only_the_newest_for_a_reader_that_does_not_read(shell: Standing) -> None:
    """Far more than the kernel's buffers hold: the slow one skips ahead, and the quick one misses nothing."""
    async with shell.socket("board.daily", max_queue=1) as slow, shell.socket("board.daily") as quick:
        await until(lambda: len(shell.live.hub) == 2)
        [daily] = shell.live.hub.boards
        for seq in range(300):
            message = {"type": "websocket.send", "text": f"{seq} {'x' * 60_000}"}
            for seat in daily.seats:
                seat.push("board.daily", message)
            assert (await frame(quick)).startswith(f"{seq} ")
        seen = [int((await frame(slow)).split()[0])]
        while seen[-1] != 299:
            seen.append(int((await frame(slow)).split()[0]))
    assert len(seen) < 290
    assert seen == sorted(seen)
