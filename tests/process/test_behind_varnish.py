"""A real Varnish with our own configuration puts pages together from the shell's panels."""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from aiohttp import ClientSession
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

from fragment_kit.contract.passport import read_passport
from shell.composition.visits import read_cookies
from tests.shell.composition.floor import PANEL, Floor, open_floor
from tests.shell.composition.stage import ANA, accepted
from tests.shell.gateways import KEY
from tests.shell.standing import _no_signals, until
from tests.valkey import free_port
from tooling import varnish

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.shell.hostile import Conversation

pytestmark = pytest.mark.process

VCL = Path(__file__).resolve().parents[2] / "deploy" / "varnish.vcl"
PLAYERS = {"ana": ANA, "ben": replace(ANA, player="ben", session_hash="hash-of-ben", display_name="Ben")}
START_S = 20.0


async def player_of(scope: Any) -> Any:
    sent = dict(scope["headers"]).get(b"cookie", b"").decode()
    return PLAYERS.get(read_cookies(sent).get("session", ""))


@contextmanager
def varnish_before(port: int, folder: Path) -> Iterator[int]:
    """Varnish with the configuration that we ship, in front of whatever listens at `port`."""
    program, advice = varnish.find_or_install()
    assert program, advice
    configuration = folder / "edge.vcl"
    configuration.write_text(VCL.read_text().replace('.port = "8000"', f'.port = "{port}"'))
    edge_port, log = free_port(), (folder / "varnish.log").open("wb")
    command = [program, "-F", "-a", f"127.0.0.1:{edge_port}", "-f", configuration, "-n", folder / "work", "-j", "none"]
    process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log)
    try:
        until_s = time.monotonic() + START_S
        while b"Child launched OK" not in (said := (folder / "varnish.log").read_bytes()):
            assert process.poll() is None, said.decode(errors="replace")
            assert time.monotonic() < until_s, said.decode(errors="replace")
            time.sleep(0.02)
        yield edge_port
    finally:
        process.terminate()
        process.wait(10)
        log.close()


@asynccontextmanager
async def floor_behind_varnish(folder: Path) -> AsyncIterator[tuple[Floor, ClientSession]]:
    async with open_floor(folder, trusts_edge=True, player_of=player_of, budget_ms=100) as floor:
        port = free_port()
        server = uvicorn.Server(uvicorn.Config(floor.stage.edge, port=port, lifespan="off", log_config=None, ws="none"))
        server.capture_signals = _no_signals
        running = asyncio.create_task(server.serve())
        await until(lambda: server.started)
        # Starting a process waits, and nothing else happens meanwhile.
        with varnish_before(port, folder) as edge_port:
            async with ClientSession(f"http://127.0.0.1:{edge_port}") as http:
                yield floor, http
        server.should_exit = True
        await running


@pytest.fixture
async def edge(tmp_path: Path) -> AsyncIterator[tuple[Floor, ClientSession]]:
    async with floor_behind_varnish(tmp_path) as both:
        yield both


async def text_of(http: ClientSession, path: str, player: str = "", **headers: str) -> str:
    cookies = {"Cookie": f"session={player}"} if player else {}
    async with http.get(path, headers={**cookies, **headers}) as answer:
        assert answer.status == 200
        assert "surrogate" not in str(answer.headers).lower()
        return await answer.text()


def share_games(floor: Floor) -> None:
    """The games become a slot that all players share for half a minute, and say how often they were asked for."""
    slot = {"path": "/slots/games", "title": "Games", "timeout_ms": 400, "auth": "none", "fallback": "<p>x</p>"}
    others = accepted("lobby").manifest.slots["board"]
    board = {"path": others.path, "title": others.title, "timeout_ms": 400, "fallback": "<p>x</p>"}
    floor.stage.accept("lobby", slots={"games": slot, "board": board})

    async def games(c: Conversation) -> None:
        assert "authorization" not in c.head.lower()
        await c.answer("<div>games for all</div>", extra="Cache-Control: public, max-age=30\r\n")

    floor.fragments["lobby"].conducts["games"] = games


def balances_name_their_player(floor: Floor) -> None:
    async def balance(c: Conversation) -> None:
        token = next(line for line in c.head.split("\r\n") if line.startswith("Authorization")).split()[-1]
        await c.answer(f"<div>{read_passport(token, [KEY.public_key()], audience='wallet').player}</div>")

    floor.fragments["wallet"].conducts["balance"] = balance


async def test_it_puts_the_same_page_together_that_the_shell_itself_composes(
    edge: tuple[Floor, ClientSession],
) -> None:
    floor, http = edge
    share_games(floor)
    composed = await text_of(http, "/", "ana")
    floor.stage.player = ANA
    direct = await floor.stage.ask("/?compose=inline", cookie="session=ana")
    assert "<esi:" not in composed
    assert PANEL.findall(composed) == PANEL.findall(direct.text)
    assert composed.rstrip().endswith("</html>")


async def test_each_player_sees_their_own_panels_and_shares_only_what_is_shared(
    edge: tuple[Floor, ClientSession],
) -> None:
    floor, http = edge
    share_games(floor)
    balances_name_their_player(floor)
    pages = {player: await text_of(http, "/", player) for player in ("ana", "ben", "") * 2}
    shown = {
        player: re.search(r'panel-wallet-balance".*?<div>(\w+)</div>', pages[player], re.DOTALL) for player in pages
    }
    assert (shown["ana"][1], shown["ben"][1]) == ("ana", "ben")
    assert "panel-wallet-balance" not in pages[""]
    assert all("games for all" in page for page in pages.values())
    asked = [head.split(" ")[1] for head in floor.fragments["lobby"].heads]
    assert asked.count("/slots/games") == 1
    assert asked.count("/slots/board") == 6


async def test_a_claim_of_the_browsers_own_counts_for_nothing(edge: tuple[Floor, ClientSession]) -> None:
    floor, http = edge
    balances_name_their_player(floor)
    page = await text_of(http, "/", "ana", **{"Surrogate-Capability": "none", "HX-Request": "true"})
    assert "<esi:" not in page
    stolen = await text_of(http, "/f/wallet/balance?compose=esi-shared", "ana")
    assert 'data-state="signed-out"' in stolen  # asked for as shared, it goes without the cookie


async def test_a_fragment_that_hangs_holds_the_page_back_no_longer_than_the_budget(
    edge: tuple[Floor, ClientSession],
) -> None:
    floor, http = edge

    async def hangs(c: Conversation) -> None:
        await c.until_they_leave()

    floor.behave("promotions", hangs)
    began_s = time.monotonic()
    page = await text_of(http, "/", "ana")
    assert time.monotonic() - began_s < 0.4
    states = dict(re.findall(r'data-panel="([^"]+)"[^>]*data-state="([^"]+)"', page))
    assert states.pop("promotions.offers") == "loading"
    assert set(states.values()) == {"fresh"}


async def test_forms_and_the_socket_pass_through(edge: tuple[Floor, ClientSession], tmp_path: Path) -> None:
    floor, http = edge
    own = {"Cookie": "session=ana", "Sec-Fetch-Site": "same-origin", "HX-Request": "true"}
    async with http.post("/f/promotions/acts", data={"idempotency_key": "1"}, headers=own) as answer:
        assert answer.headers["Panel-State"] == "fresh"
    assert b"idempotency_key=1" in floor.fragments["promotions"].bodies

    async def echo(socket: Any) -> None:
        await socket.send(socket.request.path)

    folder = tmp_path / "socket"
    folder.mkdir()
    async with serve(echo, "127.0.0.1", 0) as server:
        with varnish_before(server.sockets[0].getsockname()[1], folder) as port:
            async with connect(f"ws://127.0.0.1:{port}/ws/live?topics=panels") as socket:
                assert await socket.recv() == "/ws/live?topics=panels"
