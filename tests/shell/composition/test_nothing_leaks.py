"""What goes wrong inside is told to players in words: no answer holds a host, port, path or class of ours."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.core.asgi import get_asgi_application
from django.urls import path

from shell import urls as shell_urls
from tests.shell.composition.floor import Floor, open_floor
from tests.shell.hostile_conducts import CASES

if TYPE_CHECKING:
    import pathlib
    from collections.abc import AsyncIterator

    from django.conf import LazySettings
    from django.http import HttpRequest, HttpResponse

ACT = "/f/lobby/acts"
FORM = b"idempotency_key=1&amount=5"
OWN = {"sec_fetch_site": "same-origin"}
JSON = {**OWN, "accept": "application/json"}
TELLTALES = re.compile(
    r"Traceback|Exception|[a-z]Error\b|CallFailed|\bshell\.\w+\.|fragment_kit|pyreqwest|httpx|uvicorn|django\.|"
    r"/work/|/usr/|/home/|/tmp/|\.py\b|127\.0\.0\.1|localhost:|refused \(os error|\.invalid\b|<class|object at 0x",
)


@pytest.fixture
async def floor(tmp_path: pathlib.Path, settings: LazySettings) -> AsyncIterator[Floor]:
    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["play.test"]
    async with open_floor(tmp_path) as opened:
        yield opened


def assert_silent(said: Any, floor: Floor) -> None:
    """Nothing in the answer gives anything away; the address that the browser itself used is no secret."""
    text = said.text + json.dumps(dict(said.headers))
    found = TELLTALES.search(text)
    assert found is None, text[max(0, found.start() - 80) : found.end() + 80]
    urls = [entry.addresses[0] for entry in floor.stage.edge.upkeep.registry.fragments.values()]
    assert not any(re.search(rf"\b{url.rpartition(':')[2]}\b", text) for url in urls)


async def ask(floor: Floor, address: str, **options: Any) -> Any:
    return await floor.stage.ask(address, host="play.test", **options)


@pytest.mark.parametrize("name", sorted(CASES))
async def test_no_panel_page_or_problem_tells_what_a_fragment_did(floor: Floor, name: str) -> None:
    floor.behave("lobby", CASES[name][1])
    floor.fragments["lobby"].conducts["acts"] = CASES[name][1]
    answers = await asyncio.gather(
        ask(floor, "/f/lobby/games", hx_request="true"),
        ask(floor, "/f/lobby/games"),
        ask(floor, ACT, method="POST", body=FORM, **JSON),
        ask(floor, ACT, method="POST", body=FORM, hx_request="true", **OWN),
    )
    for said in answers:
        assert_silent(said, floor)


@pytest.mark.parametrize(
    ("address", "options", "status"),
    [
        ("/f/nobody/x", {}, 404),
        ("/f/lobby/nothing", {"hx_request": "true"}, 200),
        ("/f/lobby/../../etc/passwd", {}, 404),
        ("/f/lobby/metrics", {}, 404),
        ("/", {"method": "POST", "body": FORM}, 405),
        ("/f/lobby/games", {"method": "TRACE"}, 405),
        ("/assets/lobby/x.css", {}, 404),
        (ACT, {"method": "POST", "body": FORM}, 403),
        (ACT, {"method": "POST", "body": FORM, **JSON, "content_length": "x"}, 400),
        (ACT, {"method": "POST", "body": b"x" * 70_000, **OWN}, 413),
        (ACT, {"method": "POST", "body": FORM, "content_type": "text/xml", **OWN}, 415),
        ("/f/lobby/nothing", {"method": "POST", "body": FORM, **JSON}, 404),
        ("/f/nobody/x", {"method": "POST", "body": FORM, **OWN}, 404),
    ],
)
async def test_no_refusal_of_the_edge_tells_more_than_what_was_asked(
    floor: Floor, address: str, options: dict[str, Any], status: int
) -> None:
    said = await ask(floor, address, **options)
    assert said.status == status
    assert_silent(said, floor)


async def test_a_foreign_host_learns_nothing(floor: Floor) -> None:
    said = await floor.stage.ask("/", host="evil.test")
    assert said.status == 400
    assert_silent(said, floor)


async def test_a_fragment_that_is_gone_or_unknown_is_only_away(floor: Floor) -> None:
    await floor.fragments["lobby"].stop()
    for address in ("/f/lobby/games", "/?compose=inline"):
        assert_silent(await ask(floor, address), floor)
    assert_silent(await ask(floor, ACT, method="POST", body=FORM, **JSON), floor)


def breaks(_request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("secret of /work/main at 127.0.0.1:8101")


class Broken:
    """The shell's addresses and one that fails."""

    urlpatterns = [path("breaks", breaks), *shell_urls.urlpatterns]


@pytest.mark.parametrize(
    ("address", "host", "status"),
    [("/breaks", "play.test", 500), ("/nothing", "play.test", 404)],
)
async def test_djangos_own_pages_are_silent_too(
    floor: Floor, settings: LazySettings, address: str, host: str, status: int
) -> None:
    settings.ROOT_URLCONF = Broken
    transport = httpx.ASGITransport(get_asgi_application(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"https://{host}") as client:
        said = await client.get(address)
    assert said.status_code == status
    assert_silent(said, floor)
