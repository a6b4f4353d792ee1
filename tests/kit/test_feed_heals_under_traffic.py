"""A call that hangs is shared by those who wait, and must not be joined by everybody who comes later."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import httpx

from fragment_kit.contract.errors import DeadlinePassed
from fragment_kit.contract.outcome import Fresh, Unavailable
from fragment_kit.feeds.client import FeedClient
from fragment_kit.resilience.deadline import Deadline


async def test_it_asks_again_after_a_hung_call_even_while_somebody_still_waits_for_it() -> None:
    asked = asyncio.Event()
    calls = 0

    async def feed(_request: httpx.Request) -> httpx.Response:
        nonlocal calls
        calls += 1
        if calls == 1:
            asked.set()
            await asyncio.Event().wait()
        return httpx.Response(200, json={"ok": True})

    client: FeedClient[object] = FeedClient(
        name="tables", url="http://feed", parse=lambda data: data, timeout_ms=40, transport=httpx.MockTransport(feed)
    )
    first = asyncio.create_task(client.read(Deadline.after_ms(2_000)))
    await asked.wait()
    patient = asyncio.create_task(client._flights.run((), lambda: client._fetch({})))
    assert isinstance(await first, Unavailable)
    await asyncio.wait([patient], timeout=1)
    assert isinstance(await client.read(Deadline.after_ms(2_000)), Fresh)
    patient.cancel()
    with suppress(asyncio.CancelledError, DeadlinePassed):
        await patient
    await client.aclose()
