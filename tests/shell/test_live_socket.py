"""The one WebSocket over real sockets: who may open it, and what closes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import redis.asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.shell.standing import ANA, BEN, Standing, close_code, frame, until

if TYPE_CHECKING:
    from tests.valkey import ValkeyProcess


@pytest.mark.parametrize("topics", ["board.secret", "board.daily,player.ben", ""])
async def test_it_closes_an_unknown_topic_for_good(shell: Standing, topics: str) -> None:
    async with shell.socket(topics) as socket:
        assert await close_code(socket) == 4404


@pytest.mark.parametrize(
    "origin", [None, "http://x.example", "null", "http://127.0.0.1:1", "http://127.0.0.1.x.example"]
)
async def test_it_refuses_a_page_of_another_site(shell: Standing, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        async with shell.socket(origin=origin):
            pass
    assert refusal.value.response.status_code == 403


async def test_it_refuses_other_addresses(shell: Standing) -> None:
    with pytest.raises(InvalidStatus):
        async with connect(f"ws://127.0.0.1:{shell.port}/ws/other", origin=shell.origin):
            pass


async def test_it_closes_the_sockets_of_a_session_that_ended_elsewhere(
    shell: Standing, broker: redis.asyncio.Redis
) -> None:
    async with shell.socket("panels", session=ANA) as ana, shell.socket("panels", session=BEN) as ben:
        await frame(ana)
        await broker.delete(f"session:{ANA}")
        assert await close_code(ana, within_s=5) == 4401
        assert ben.close_code is None


async def test_it_closes_at_once_when_the_session_ends_in_this_process(
    shell: Standing, broker: redis.asyncio.Redis
) -> None:
    async with shell.socket("panels", session=ANA) as ana:
        await frame(ana)
        await shell.live.identity.sign_out(ANA)
        assert await close_code(ana, within_s=0.5) == 4401
    assert await broker.exists(f"session:{ANA}") == 0


async def test_it_takes_no_messages(shell: Standing) -> None:
    async with shell.socket("panels") as socket:
        await socket.send("x" * 5000)
        assert await close_code(socket) == 4400
    async with shell.socket("panels") as socket:
        for _ in range(11):
            await socket.send("{}")
        assert await close_code(socket) == 4400


async def test_it_allows_a_session_only_so_many_sockets(shell: Standing, broker: redis.asyncio.Redis) -> None:
    sockets = [await shell.socket("panels", session=ANA) for _ in range(21)]
    assert await close_code(sockets[-1]) == 4429
    assert len(shell.live.hub) == 20
    for socket in sockets:
        await socket.close()
    await until(lambda: len(shell.live.hub) == 0)


async def test_it_says_come_back_when_the_process_stops(shell: Standing) -> None:
    async with shell.socket("panels") as socket:
        await frame(socket)
        await shell.process.stop()
        assert await close_code(socket) == 1012


async def test_it_serves_a_session_nobody_can_name_as_a_visitor_until_somebody_can(
    shell: Standing, sessions_redis: ValkeyProcess
) -> None:
    sessions_redis.stop()
    async with shell.socket("panels", session=ANA) as socket:
        try:
            await frame(socket)
            await shell.live.hub.signal(["wallet.balance"], player="ana")
            await shell.live.hub.signal(["lobby.games"], player=None)
            assert "wallet.balance" not in await frame(socket)
        finally:
            sessions_redis.start()
        data = {"player": "ana", "display_name": "Ana", "started_at": datetime.now(UTC).isoformat()}
        async with redis.asyncio.Redis.from_url(sessions_redis.url) as client:
            await client.set(f"session:{ANA}", json.dumps(data))
        assert await close_code(socket, within_s=10) == 1012
    async with shell.socket("panels", session=ANA) as socket:
        await frame(socket)
        await shell.live.hub.signal(["wallet.balance"], player="ana")
        assert "wallet.balance" in await frame(socket)
