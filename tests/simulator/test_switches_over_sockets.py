"""Breaking a feed on purpose, over real sockets: down, hanging, up again, and never from outside."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING

import httpx
import pytest
from django.core.management import CommandError, call_command

from provider_simulator.asgi import Simulator
from provider_simulator.settings import read_settings
from tests.simulator.play import WORLD
from tests.simulator.served import calling, served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from provider_simulator.answers import Receive, Scope, Send

FEEDS = ("payments", "tables", "offers", "catalogue")


class Watched(Simulator):
    """Tells when a call to the tables feed came and when it ended."""

    def __init__(self) -> None:
        super().__init__(read_settings({"BOT_ROUNDS_PER_S": "0"}), world=WORLD)
        self.came, self.ended = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_watched = scope.get("path") == "/feeds/tables"
        if is_watched:
            self.came.set()
        await super().__call__(scope, receive, send)
        if is_watched:
            self.ended.set()


@pytest.fixture
async def simulator() -> AsyncIterator[tuple[Watched, httpx.AsyncClient]]:
    watched = Watched()
    async with served(watched) as url, calling(url) as http:
        yield watched, http


Running = tuple[Watched, httpx.AsyncClient]


async def test_it_answers_every_feed_as_json(simulator: Running) -> None:
    _, http = simulator
    for feed in FEEDS:
        response = await http.get(f"/feeds/{feed}")
        assert response.status_code == 200
        assert response.headers["content-type"] == "application/json"
        assert "as_of" in response.json()


async def test_it_takes_one_feed_down_and_brings_it_back(simulator: Running) -> None:
    _, http = simulator
    await http.post("/control/feeds/tables", json={"mode": "down"})
    assert (await http.get("/feeds/tables")).status_code == 503
    assert (await http.get("/feeds/offers")).status_code == 200
    assert (await http.get("/control/feeds")).json() == dict.fromkeys(FEEDS, "up") | {"tables": "down"}
    await http.post("/control/feeds/tables", json={"mode": "up"})
    assert (await http.get("/feeds/tables")).status_code == 200


async def test_it_hangs_without_an_answer_until_the_caller_leaves(simulator: Running) -> None:
    watched, http = simulator
    await http.post("/control/feeds/tables", json={"mode": "hang"})
    hanging = asyncio.create_task(http.get("/feeds/tables"))
    await asyncio.wait_for(watched.came.wait(), 2)
    assert (await http.get("/feeds/offers")).status_code == 200
    assert not hanging.done()
    assert not watched.ended.is_set()
    hanging.cancel()
    await asyncio.wait_for(watched.ended.wait(), 2)


@pytest.mark.parametrize(
    ("path", "call", "status", "words"),
    [
        ("/control/feeds/tables", (b'{"mode": "sideways"}', {}), 400, "up, down, hang"),
        ("/control/feeds/tables", (b"mode=down", {}), 400, "JSON object"),
        ("/control/feeds/tabels", (b'{"mode": "down"}', {}), 404, "payments, tables, offers, catalogue"),
        ("/control/feeds/tables", (b'{"mode": "down"}', {"Content-Type": "text/plain"}), 415, "application/json"),
        ("/control/feeds/tables", (b'{"mode": "down"}', {"Origin": "https://page.example"}), 403, "manage.py feed"),
        ("/control/feeds/tables", (b'"' + b"x" * 2_000 + b'"', {}), 413, "1024 bytes"),
        ("/feeds/tables", (b"", {}), 405, "Use GET"),
    ],
)
async def test_it_refuses_a_bad_switch_in_a_sentence_and_changes_nothing(
    simulator: Running, path: str, call: tuple[bytes, dict[str, str]], status: int, words: str
) -> None:
    _, http = simulator
    body, headers = call
    response = await http.post(path, content=body, headers={"Content-Type": "application/json"} | headers)
    assert response.status_code == status
    assert words in response.json()["error"]
    assert (await http.get("/control/feeds")).json() == dict.fromkeys(FEEDS, "up")


@pytest.mark.parametrize(
    ("address", "status"), [("127.0.0.1", 200), ("::1", 200), ("10.0.0.9", 403), ("testserver", 403)]
)
async def test_it_lets_only_its_own_machine_turn_the_switches(address: str, status: int) -> None:
    transport = httpx.ASGITransport(Watched(), client=(address, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://simulator") as http:
        assert (await http.get("/control/feeds")).status_code == status


async def test_it_answers_head_without_a_body_and_the_operator_endpoints(simulator: Running) -> None:
    _, http = simulator
    head = await http.head("/feeds/offers")
    assert (head.status_code, head.content) == (200, b"")
    assert (await http.get("/healthz")).json() == {"status": "ok"}
    assert (await http.get("/readyz")).json()["bots"] == "off"
    assert 'simulator_feed_calls_total{feed="offers",mode="up"} 1.0' in (await http.get("/metrics")).text
    assert "/feeds/tables" in (await http.get("/nothing")).json()["error"]


async def run(*words: str, url: httpx.URL | str) -> str:
    out = io.StringIO()
    await asyncio.to_thread(call_command, "feed", *words, url=str(url), stdout=out, no_color=True)
    return out.getvalue()


async def test_the_command_lists_and_switches(simulator: Running) -> None:
    _, http = simulator
    assert (await run(url=http.base_url)).split() == [word for feed in FEEDS for word in (feed, "up")]
    assert "tables     hang" in await run("tables", "hang", url=http.base_url)
    assert (await http.get("/control/feeds")).json()["tables"] == "hang"


async def test_the_command_says_what_it_cannot_do(simulator: Running) -> None:
    _, http = simulator
    with pytest.raises(CommandError, match="up, down, hang"):
        await run("tables", "sideways", url=http.base_url)
    with pytest.raises(CommandError, match="payments, tables, offers, catalogue"):
        await run("tabels", "down", url=http.base_url)
    with pytest.raises(CommandError, match="Say what tables should do"):
        await run("tables", url=http.base_url)
    with pytest.raises(CommandError, match="does not answer"):
        await run(url="http://127.0.0.1:9")
