"""One socket as the hub sees it, with a send that can be held back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shell.live.seat import Seat
from shell.live.stepping import step


class Wire:
    """A server's send that waits while it is held."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.free.set()
        self.sent: list[dict[str, Any]] = []
        self.is_broken = False

    async def send(self, message: dict[str, Any]) -> None:
        await self.free.wait()
        if self.is_broken:
            raise ConnectionResetError
        self.sent.append(message)

    @property
    def texts(self) -> list[str]:
        return [message.get("text", f"close {message.get('code')}") for message in self.sent]


def text(words: str) -> dict[str, Any]:
    return {"type": "websocket.send", "text": words}


async def test_it_sends_on_the_spot_without_a_task() -> None:
    wire = Wire()
    tasks = asyncio.all_tasks()
    Seat(send=wire.send, topics=("a",)).push("a", text("1"))
    assert wire.texts == ["1"]
    assert asyncio.all_tasks() == tasks


async def test_it_holds_the_newest_of_each_topic_while_the_reader_is_slow() -> None:
    wire = Wire()
    seat = Seat(send=wire.send, topics=("a", "b"))
    wire.free.clear()
    for number in range(50):
        seat.push("a", text(f"a{number}"))
        seat.push("b", text(f"b{number}"))
    wire.free.set()
    await asyncio.sleep(0.01)
    assert wire.texts == ["a0", "b49", "a49"]


async def test_it_loses_no_slot_of_a_signal_while_the_reader_is_slow() -> None:
    wire = Wire()
    seat = Seat(send=wire.send, topics=("panels",))
    wire.free.clear()
    seat.push("a", text("1"))
    seat.signal(["wallet.balance"], 300)
    seat.signal(["lobby.games"], 3000)
    wire.free.set()
    await asyncio.sleep(0.01)
    assert 'data-refresh="lobby.games wallet.balance" data-spread-ms="3000"' in wire.texts[-1]
    assert len(wire.sent) == 2


async def test_it_tells_a_stalled_reader_to_come_back() -> None:
    wire = Wire()
    seat = Seat(send=wire.send, topics=("a",), stalled_s=0.02)
    gone: list[Seat] = []
    seat.on_lost = gone.append
    wire.free.clear()
    seat.push("a", text("1"))
    await asyncio.sleep(0.05)
    assert gone == [seat]
    seat.push("a", text("2"))
    wire.free.set()
    await asyncio.sleep(0.01)
    assert wire.texts == ["1", "close 1013"]


@pytest.mark.parametrize("is_held", [False, True])
async def test_it_leaves_when_the_connection_is_lost(is_held: bool) -> None:  # noqa: FBT001  a parameter of the test
    wire = Wire()
    seat = Seat(send=wire.send, topics=("a",))
    gone: list[Seat] = []
    seat.on_lost = gone.append
    wire.is_broken = True
    if is_held:
        wire.free.clear()
    seat.push("a", text("1"))
    wire.free.set()
    await asyncio.sleep(0.01)
    assert gone == [seat]
    assert seat.is_gone


async def test_it_says_goodbye_after_the_frame_in_flight() -> None:
    wire = Wire()
    seat = Seat(send=wire.send, topics=("a",))
    wire.free.clear()
    seat.push("a", text("1"))
    seat.push("a", text("2"))
    seat.close(4401, "signed out")
    wire.free.set()
    await asyncio.sleep(0.01)
    assert wire.texts == ["1", "close 4401"]


async def test_it_carries_a_cancellation_into_the_coroutine_it_stepped() -> None:
    ended: list[str] = []

    async def wait_for_ever() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    task = step(wait_for_ever())
    assert task is not None
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["cancelled"]


async def test_it_steps_awaitables_of_servers_that_are_no_coroutines() -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    task = step(future)
    assert task is not None
    future.set_result(None)
    await task
