"""A lean load client: signed bets over kept-alive connections, nothing between it and the socket."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from fragments.wallet.provider.signature import sign


@dataclass
class Tally:
    """What came back: seconds per answer, and answers that were not OK."""

    times: list[float] = field(default_factory=list)
    refused: int = 0

    def at(self, hundredth: int) -> float:
        """A percentile in milliseconds."""
        times = sorted(self.times)
        return times[min(len(times) - 1, len(times) * hundredth // 100)] * 1000 if times else float("nan")


async def call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, operation: str, **content: Any) -> Any:
    """One signed call; the decoded answer."""
    body = json.dumps({"currency": "CHIP", **content}).encode()
    stamp = int(time.time())
    signature = sign("demo-secret", timestamp_s=stamp, body=body)
    writer.write(
        f"POST /provider/v1/simulator/{operation} HTTP/1.1\r\nHost: wallet\r\nContent-Length: {len(body)}\r\n"
        f"Provider-Timestamp: {stamp}\r\nProvider-Signature: {signature}\r\n\r\n".encode()
        + body
    )
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    return json.loads(await reader.readexactly(length))


async def bets(port: int, *, clients: int, seconds: float, players: int, per_s: float = 0) -> Tally:
    """Bets from `clients` connections: as fast as answers come, or `per_s` together when that is given."""
    run, tally = uuid.uuid4().hex[:8], Tally()
    names = [f"{run}-{number}" for number in range(players)]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for name in names:
        await call(reader, writer, "authenticate", player_id=name)
    writer.close()
    begin = time.perf_counter()

    async def client(index: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        number = 0
        while time.perf_counter() < begin + seconds:
            tx = f"{run}-{index}-{number}"
            due = begin + (number + index / clients) * clients / per_s if per_s else 0.0
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            number += 1
            started = due or time.perf_counter()
            player = names[(number * clients + index) % players]
            answer = await call(
                reader, writer, "bet", player_id=player, transaction_id=tx, round_id=tx, game_id="g", amount="1"
            )
            tally.times.append(time.perf_counter() - started)
            tally.refused += answer["code"] != "OK"
        writer.close()

    await asyncio.gather(*(client(index) for index in range(clients)))
    return tally
