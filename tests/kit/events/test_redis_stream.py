"""The Redis adapter against a real server: what it promises while the server is there, and while it is not."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from fragment_kit.events import signals
from fragment_kit.events.stream import Outgoing, StreamAway
from tests.kit.events.conftest import impatient

if TYPE_CHECKING:
    from collections.abc import Callable

    from fragment_kit.events.redis_stream import RedisStream
    from fragment_kit.events.stream import Delivery
    from tests.valkey import ValkeyProcess

    Member = Callable[..., RedisStream]


async def publish(stream: RedisStream, *bodies: str) -> None:
    await stream.publish([Outgoing(stream="wallet", body=body) for body in bodies])


async def read(stream: RedisStream, *, group: str = "g", count: int = 100) -> list[Delivery]:
    """Read once more when the group had to be made."""
    found = await stream.read("wallet", group=group, count=count, wait_ms=1)
    return found or await stream.read("wallet", group=group, count=count, wait_ms=1)


def bodies(deliveries: list[Delivery]) -> list[str]:
    return [delivery.body for delivery in deliveries]


async def done(stream: RedisStream, deliveries: list[Delivery], *, group: str = "g") -> None:
    await stream.acknowledge("wallet", group=group, entries=[delivery.entry for delivery in deliveries])


async def test_it_hands_each_event_to_one_member_of_a_group_in_order(member: Member) -> None:
    one, two = member("one"), member("two")
    await publish(one, "a", "b", "c")
    assert bodies(await read(one, count=2)) == ["a", "b"]
    assert bodies(await read(two)) == ["c"]
    assert bodies(await read(one, group="other")) == ["a", "b", "c"]


async def test_it_lets_a_member_take_over_from_a_dead_one(member: Member) -> None:
    dead, alive = member("dead"), member("alive")
    await publish(dead, "a", "b")
    await done(dead, (await read(dead))[:1])
    assert await alive.take_over("wallet", group="g", count=9, idle_ms=60_000) == []
    taken = await alive.take_over("wallet", group="g", count=9, idle_ms=0)
    assert [(delivery.body, delivery.is_redelivery) for delivery in taken] == [("b", True)]
    await done(alive, taken)
    assert await alive.take_over("wallet", group="g", count=9, idle_ms=0) == []


async def test_it_buries_an_event_with_its_reason(member: Member, valkey: ValkeyProcess) -> None:
    stream = member("one")
    await publish(stream, "a")
    (delivery,) = await read(stream)
    await stream.bury(delivery, group="g", reason="cannot be read")
    async with impatient(valkey.url) as redis:
        ((_, grave),) = await redis.xrange("dead.wallet")
    assert (grave["event"], grave["reason"], grave["group"]) == ("a", "cannot be read", "g")
    assert await stream.take_over("wallet", group="g", count=9, idle_ms=0) == []


async def test_it_keeps_a_bounded_number_of_entries(member: Member, valkey: ValkeyProcess) -> None:
    stream = member("one", entries_max=100)
    await publish(stream, *(str(number) for number in range(1_000)))
    async with impatient(valkey.url) as redis:
        assert await redis.xlen("events.wallet") < 300


async def test_it_leaves_no_member_behind_but_one_that_still_owes(member: Member, valkey: ValkeyProcess) -> None:
    tidy, owing = member("tidy"), member("owing")
    await publish(tidy, "a", "b")
    await done(tidy, await read(tidy, count=1))
    await read(owing, count=1)
    await tidy.close()
    await owing.close()
    async with impatient(valkey.url) as redis:
        names = [found["name"] for found in await redis.xinfo_consumers("events.wallet", "g")]
    assert names == ["owing"]


async def test_it_starts_again_on_an_empty_server(member: Member, valkey: ValkeyProcess) -> None:
    stream = member("one")
    await publish(stream, "a")
    await done(stream, await read(stream))
    valkey.stop()
    valkey.start()
    with suppress(StreamAway):
        await publish(stream, "b")  # the first call finds the old connection dead
    await publish(stream, "c")
    assert bodies(await read(stream))[-1:] == ["c"]


async def test_every_call_ends_in_stream_away_while_the_server_is_gone_or_frozen(
    member: Member, valkey: ValkeyProcess
) -> None:
    stream = member("one")
    await publish(stream, "a")
    (delivery,) = await read(stream)
    for hurt, heal in ((valkey.freeze, valkey.thaw), (valkey.stop, valkey.start)):
        hurt()
        try:
            for call in (
                lambda: publish(stream, "b"),
                lambda: stream.read("wallet", group="g", count=1, wait_ms=1),
                lambda: stream.take_over("wallet", group="g", count=1, idle_ms=0),
                lambda: done(stream, [delivery]),
                lambda: stream.bury(delivery, group="g", reason="x"),
                lambda: signals.publish(impatient(valkey.url), emits="wallet.changed"),
            ):
                with pytest.raises(StreamAway):
                    await call()
        finally:
            heal()
    await publish(stream, "c")


async def test_a_signal_names_what_changed_and_for_whom(valkey: ValkeyProcess) -> None:
    async with impatient(valkey.url) as redis, redis.pubsub() as ear:
        await ear.subscribe(signals.CHANNEL)
        await signals.publish(redis, emits="wallet.changed", player="ana")
        heard = [message for message in [await ear.get_message(timeout=0.2) for _ in range(3)] if message]
    assert [json.loads(message["data"]) for message in heard if message["type"] == "message"] == [
        {"emits": "wallet.changed", "player": "ana"}
    ]
