"""From a commit to a line of history: outbox, relay, stream, projection; stopped and repeated at every seam."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from fragment_kit.contract.events import CloudEvent
from fragment_kit.events.consumer import Consumer
from fragment_kit.events.lease import LeaseRow, leadership
from fragment_kit.events.models import OutboxEvent, SubjectPosition
from fragment_kit.events.projection import Projection, resume
from fragment_kit.events.relay import Relay
from fragment_kit.events.replay import HttpLog, LogAway, OwnLog
from fragment_kit.events.stream import StreamAway
from fragment_kit.resilience.clock import ManualClock
from fragment_kit.serving.threads import in_thread
from fragment_kit.testing.memory_stream import MemoryStream
from fragments.wallet import history
from fragments.wallet.models import HistoryLine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fragment_kit.events.stream import Outgoing
    from fragment_kit.testing.shell import FakeShell
    from fragments.wallet.tests.casino import Casino


def played(casino: Casino, rounds: int = 3) -> None:
    casino.token()
    for number in range(rounds):
        casino.bet(100, f"b{number}")
        casino.win(50 * number, f"b{number}", f"w{number}")


def relay(stream: MemoryStream, *, batch: int = 200) -> Relay:
    return Relay(stream, lambda: leadership("test"), batch=batch)


def projection(apply: Callable[[CloudEvent], None] = history.apply, log: OwnLog | None = None) -> Projection:
    return Projection(name="h", stream="wallet", subjects="wallet/", apply=apply, log=log or OwnLog())


def consumer(stream: MemoryStream, of: Projection | None = None, *, idle_ms: int = 0) -> Consumer:
    return Consumer(of or projection(), stream, idle_ms=idle_ms)


def versions(stream: MemoryStream) -> list[int]:
    events = [CloudEvent.from_json(body) for body in stream.entries.get("wallet", [])]
    return [event.aggregateversion for event in events]


async def drained(*, batch: int = 200) -> MemoryStream:
    stream = MemoryStream(ManualClock())
    job = relay(stream, batch=batch)
    while await job.step():
        pass
    await job.close()
    return stream


def lines() -> list[tuple[int, str, int, int]]:
    found = HistoryLine.objects.order_by("wallet_version")
    return list(found.values_list("wallet_version", "kind", "amount", "cash_after"))


def unpublished() -> int:
    return OutboxEvent.objects.filter(published_at=None).count()


def positions() -> dict[str, int]:
    return dict(SubjectPosition.objects.values_list("subject", "version"))


def log_of_ana() -> tuple[str, list[str]]:
    rows = OutboxEvent.objects.filter(aggregatetype="wallet").order_by("seq")
    return f"wallet/{rows[0].aggregateid}", [row.payload for row in rows]


async def test_it_publishes_every_event_once_and_in_order(casino: Casino) -> None:
    await in_thread(played, casino)
    stream = await drained(batch=3)
    assert versions(stream) == list(range(1, 9))
    assert await in_thread(unpublished) == 0


async def test_it_loses_nothing_and_keeps_the_order_when_it_dies_between_publishing_and_marking(
    casino: Casino,
) -> None:
    await in_thread(played, casino)

    class Dying(MemoryStream):
        async def publish(self, batch: Sequence[Outgoing]) -> None:
            await super().publish(batch)
            raise asyncio.CancelledError

    dying = Dying()
    job = relay(dying, batch=6)
    with pytest.raises(asyncio.CancelledError):
        await job.step()  # the third is the sitting that begins, on a stream of its own
    assert versions(dying) == [1, 2, 3, 4, 5]
    assert await in_thread(unpublished) == 9
    await job.close()  # what the end of its process does to its lock
    successor = MemoryStream(ManualClock())
    successor.entries = dying.entries
    heir = relay(successor, batch=6)
    while await heir.step():
        pass
    assert versions(successor) == [1, 2, 3, 4, 5, *range(1, 9)]
    assert await consumer(successor).step() == 8
    assert [line[0] for line in await in_thread(lines)] == list(range(2, 9))


async def test_it_keeps_events_in_the_outbox_while_the_stream_is_away(casino: Casino) -> None:
    await in_thread(played, casino)
    stream = MemoryStream(ManualClock())
    stream.is_away = True
    job = relay(stream)
    with pytest.raises(StreamAway):
        await job.step()
    stream.is_away = False
    assert await job.step() == 9


async def test_only_one_of_two_relays_publishes_until_its_lease_runs_out(casino: Casino) -> None:
    await in_thread(played, casino)
    now = [0.0]

    def lease(owner: str, lease_s: float) -> LeaseRow:
        return LeaseRow("x", owner=owner, lease_s=lease_s, monotonic=lambda: now[0])

    leader, other = lease("one", 60), lease("two", -1)
    assert await in_thread(leader.acquire)
    assert not await in_thread(other.acquire)
    await in_thread(leader.release)
    assert await in_thread(other.acquire)  # with an end in the past, as after a long sleep
    assert await in_thread(leader.acquire)


async def test_it_writes_history_with_the_effect_and_position_of_each_event(casino: Casino) -> None:
    await in_thread(played, casino)
    stream = await drained()
    assert await consumer(stream).step() == 8
    assert await in_thread(lines) == [
        (2, "top_up", 100_000, 100_000),
        (3, "bet", -100, 99_900),
        (4, "win", 0, 99_900),
        (5, "bet", -100, 99_800),
        (6, "win", 50, 99_850),
        (7, "bet", -100, 99_750),
        (8, "win", 100, 99_850),
    ]
    assert stream.unacknowledged("wallet", group="h") == 0


async def test_it_drops_repeats_and_mends_gaps_from_the_log(casino: Casino) -> None:
    await in_thread(played, casino)
    stream = await drained()
    bodies = stream.entries["wallet"]
    stream.entries["wallet"] = [bodies[0], bodies[5], bodies[1], bodies[5], bodies[0], bodies[7], *bodies]
    assert await consumer(stream).step() == 8
    assert [line[0] for line in await in_thread(lines)] == list(range(2, 9))
    assert stream.unacknowledged("wallet", group="h") == 0


async def test_it_waits_with_an_event_while_the_log_is_away(casino: Casino) -> None:
    class Away(OwnLog):
        is_away = True

        async def after(self, subject: str, version: int) -> Sequence[CloudEvent]:
            if self.is_away:
                raise LogAway("away")
            return await super().after(subject, version)

    await in_thread(played, casino)
    stream = await drained()
    stream.entries["wallet"] = stream.entries["wallet"][-1:]
    log = Away()
    job = consumer(stream, projection(log=log))
    for _ in range(7):
        assert await job.step() == 0
    log.is_away = False
    assert await job.step() == 8


async def test_it_buries_an_event_after_five_tries_and_halts_only_its_subject(casino: Casino) -> None:
    await in_thread(played, casino)
    await in_thread(casino.token, "ben")
    tries: list[int] = []

    def apply(event: CloudEvent) -> None:
        if event.data["player_id"] == "ana" and event.aggregateversion == 4:
            tries.append(4)
            raise ValueError("cannot take this")
        history.apply(event)

    stream = await drained()
    job = consumer(stream, projection(apply))
    for number in range(5):
        assert stream.graves == {}
        await job.step()
        assert len(tries) >= number
    await job.step()
    assert stream.unacknowledged("wallet", group="h") == 0
    ((body, reason),) = stream.graves["wallet"]
    assert CloudEvent.from_json(body).aggregateversion == 4
    assert "cannot take this" in reason
    kept = await in_thread(positions)
    assert sorted(kept.values()) == [2, 3]

    subject = next(subject for subject, version in kept.items() if version == 3)
    assert await in_thread(resume, "h", subject)
    await in_thread(casino.bet, 100, "after")
    stream.entries["wallet"] += (await drained()).entries["wallet"]
    await consumer(stream).step()
    assert [line[0] for line in await in_thread(lines) if line[3] != 100_000] == list(range(3, 10))


async def test_it_buries_what_is_no_event_at_once(casino: Casino) -> None:
    stream = MemoryStream(ManualClock())
    stream.entries["wallet"] = ["{}", "nonsense"]
    assert await consumer(stream).step() == 0
    assert [body for body, _ in stream.graves["wallet"]] == ["{}", "nonsense"]


async def test_it_builds_the_same_history_from_nothing_whatever_the_order_of_delivery(casino: Casino) -> None:
    await in_thread(played, casino)
    stream = await drained()
    await consumer(stream).step()
    before = await in_thread(lines)
    await in_thread(HistoryLine.objects.all().delete)
    await in_thread(SubjectPosition.objects.all().delete)
    again = MemoryStream(ManualClock())
    again.entries["wallet"] = list(reversed(stream.entries["wallet"]))
    await consumer(again).step()
    assert await in_thread(lines) == before


async def test_it_serves_its_outbox_as_a_log(casino: Casino, shell: FakeShell) -> None:
    await in_thread(played, casino)
    subject, payloads = await in_thread(log_of_ana)
    body = (await shell.get(f"/events?subject={subject}&after=3&limit=2")).json()
    assert [event["aggregateversion"] for event in body["events"]] == [4, 5]
    assert body["more"] is True
    assert json.dumps(body["events"][0], separators=(",", ":"), ensure_ascii=False) == payloads[3]
    for query in ("", "subject=wallet/x", f"subject={subject}&after=-1"):
        assert (await shell.get(f"/events?{query}")).status_code == 400


async def test_another_service_reads_that_log_over_http(casino: Casino) -> None:
    import httpx

    from fragments.wallet.asgi import application

    await in_thread(played, casino)
    subject, _ = await in_thread(log_of_ana)
    log = HttpLog("http://wallet", transport=httpx.ASGITransport(app=application))
    found = await log.after(subject, 6)
    assert [event.aggregateversion for event in found] == [7, 8]
    with pytest.raises(LogAway):
        await HttpLog("http://wallet", transport=httpx.MockTransport(lambda _: httpx.Response(503))).after("a/b", 0)


def test_an_event_survives_its_journey_letter_for_letter() -> None:
    event = CloudEvent(
        id="1",
        source="/wallet",
        type="shell.wallet.opened.v1",
        subject="wallet/1",
        aggregateversion=1,
        time=datetime(2026, 11, 23, 19, 0, 0, 5, tzinfo=UTC),
        data={"name": "Ünïcode ♠"},
        partitionkey="1",
        correlationid="c",
    )
    assert CloudEvent.from_json(event.to_json()) == event
    assert CloudEvent.from_json(event.to_json()).to_json() == event.to_json()
