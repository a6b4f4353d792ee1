"""Who the player is, also while Redis is away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import redis.asyncio

from fragment_kit.resilience.clock import ManualClock
from shell.players.identity import SESSION_UNKNOWN, Identity, PlayerSession, session_hash, session_key_of
from shell.players.next_page import next_page
from shell.players.session_records import SessionRecords
from tests.shell.standing import ANA, BEN

if TYPE_CHECKING:
    from tests.valkey import ValkeyProcess


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def identity(clock: ManualClock) -> Identity:
    return Identity(records=SessionRecords(clock=clock), clock=clock)


def scope(cookie: str) -> dict[str, Any]:
    return {"headers": [(b"host", b"x"), (b"cookie", cookie.encode())]}


async def test_it_reads_the_player_and_gives_the_key_to_nobody(identity: Identity, broker: redis.asyncio.Redis) -> None:
    player = await identity.of_key(ANA)
    assert isinstance(player, PlayerSession)
    assert (player.player, player.display_name) == ("ana", "Ana")
    assert ANA not in repr(player)
    assert player.session_hash == session_hash(ANA) != session_hash(BEN)


async def test_it_knows_no_stranger(identity: Identity, broker: redis.asyncio.Redis) -> None:
    assert await identity.of_key("c" * 32) is None
    assert await identity.of_key(None) is None


@pytest.mark.parametrize("outage", ["kill", "freeze"])
async def test_it_remembers_players_for_a_quarter_of_an_hour_and_never_calls_them_visitors_while_redis_is_away(
    identity: Identity, clock: ManualClock, broker: redis.asyncio.Redis, sessions_redis: ValkeyProcess, outage: str
) -> None:
    ana = await identity.of_key(ANA)
    sessions_redis.stop() if outage == "kill" else sessions_redis.freeze()
    try:
        clock.advance(899)
        assert await identity.of_key(ANA) == ana
        assert await identity.of_key(BEN) == SESSION_UNKNOWN
        assert await identity.of_key(None) is None
        clock.advance(2)
        assert await identity.of_key(ANA) == SESSION_UNKNOWN
    finally:
        sessions_redis.start() if outage == "kill" else sessions_redis.thaw()


async def test_it_remembers_a_session_from_the_moment_it_began(
    identity: Identity, broker: redis.asyncio.Redis, sessions_redis: ValkeyProcess
) -> None:
    sessions_redis.stop()
    try:
        identity.began(ANA, {"player": "ana", "display_name": "Ana", "started_at": "2026-11-23T10:00:00+00:00"})
        player = await identity.of_key(ANA)
        assert isinstance(player, PlayerSession)
        assert player.player == "ana"
        await identity.sign_out(ANA)
        assert await identity.of_key(ANA) is None
    finally:
        sessions_redis.start()


async def test_it_never_answers_from_memory_while_redis_is_there(
    identity: Identity, broker: redis.asyncio.Redis
) -> None:
    await identity.of_key(ANA)
    await broker.delete(f"session:{ANA}")
    assert await identity.of_key(ANA) is None


async def test_a_reader_is_known_for_a_second_and_no_longer(
    identity: Identity, clock: ManualClock, broker: redis.asyncio.Redis
) -> None:
    assert await identity.of_reader(ANA) is not None
    await broker.delete(f"session:{ANA}")
    clock.advance(0.9)
    assert await identity.of_reader(ANA) is not None
    clock.advance(0.2)
    assert await identity.of_reader(ANA) is None


async def test_a_reader_who_signs_out_here_is_a_stranger_at_once(
    identity: Identity, broker: redis.asyncio.Redis
) -> None:
    assert await identity.of_reader(ANA) is not None
    await identity.sign_out(ANA)
    assert await identity.of_reader(ANA) is None


async def test_a_stranger_is_looked_up_every_time(identity: Identity, broker: redis.asyncio.Redis) -> None:
    data = await broker.get(f"session:{ANA}")
    await broker.delete(f"session:{ANA}")
    assert await identity.of_reader(ANA) is None
    await broker.set(f"session:{ANA}", data)
    assert await identity.of_reader(ANA) is not None


async def test_it_waits_for_a_hung_redis_once_a_second_and_not_for_every_page(
    identity: Identity, clock: ManualClock, broker: redis.asyncio.Redis, sessions_redis: ValkeyProcess
) -> None:
    await identity.of_key(ANA)
    sessions_redis.freeze()
    try:
        await identity.of_key(ANA)
    finally:
        sessions_redis.thaw()
    # Redis is well again, and within the second nobody asks it: its answer would be None.
    await broker.delete(f"session:{ANA}")
    assert await identity.of_key(ANA) is not None
    clock.advance(1.1)
    assert await identity.of_key(ANA) is None


async def test_it_signs_out_at_once_while_redis_is_away_and_tells_redis_later(
    identity: Identity, clock: ManualClock, broker: redis.asyncio.Redis, sessions_redis: ValkeyProcess
) -> None:
    ended: list[str] = []
    identity.when_signed_out(ended.append)
    await identity.of_key(ANA)
    data = await broker.get(f"session:{ANA}")
    sessions_redis.stop()
    try:
        await identity.sign_out(ANA)
        assert await identity.of_key(ANA) is None
        assert ended == [ANA]
        assert await identity.ended([ANA, BEN]) == {ANA}
    finally:
        sessions_redis.start()
    async with redis.asyncio.Redis.from_url(sessions_redis.url) as restarted:
        await restarted.set(f"session:{ANA}", data)
        clock.advance(2)
        assert await identity.of_key(ANA) is None
        await identity.settle()
        assert await restarted.exists(f"session:{ANA}") == 0


async def test_it_says_which_sessions_have_ended(identity: Identity, broker: redis.asyncio.Redis) -> None:
    assert await identity.ended([]) == set()
    assert await identity.ended([ANA, "c" * 32]) == {"c" * 32}


@pytest.mark.parametrize(
    ("cookie", "key"),
    [
        (f"session={ANA}", ANA),
        (f"theme=dark; session={ANA}; x=y", ANA),
        ("session=short", None),
        (f"session={'*' * 32}", None),
        ("session=" + "é" * 32, None),
        ("", None),
    ],
)
def test_it_takes_only_keys_that_look_like_ours(cookie: str, key: str | None) -> None:
    assert session_key_of(scope(cookie)) == key


def test_it_keeps_path_and_query_of_an_own_page() -> None:
    assert next_page("/wallet?from=offers") == "/wallet?from=offers"
    assert next_page("///x.example") == "/"
