"""The front door: what goes where, and how the long-lived parts start and stop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from shell.dispatch import is_for_the_edge
from tests.shell.standing import Standing

if TYPE_CHECKING:
    from tests.valkey import ValkeyProcess


@pytest.mark.parametrize(
    "path", ["/", "/live", "/live/", "/games", "/offers/", "/wallet", "/limits", "/f/wallet/balance", "/assets/x.css"]
)
def test_it_sends_pages_and_fragments_to_the_edge(path: str) -> None:
    assert is_for_the_edge(path)


@pytest.mark.parametrize("path", ["/signin", "/status", "/healthz", "/static/a.css", "/f", "/wallets", "/live//", "//"])
def test_it_leaves_the_rest_to_django(path: str) -> None:
    assert not is_for_the_edge(path)


async def test_it_starts_and_stops_with_the_server(shell: Standing) -> None:
    assert shell.edge.events == ["start"]
    async with httpx.AsyncClient(base_url=shell.origin) as browser:
        assert (await browser.get("/wallet")).text == "edge /wallet"
        missing = await browser.get("/nowhere")
    assert missing.status_code == 404
    await shell.process.stop()
    assert shell.edge.events == ["start", "stop"]


async def test_it_starts_with_the_first_connection_where_the_server_has_no_lifespan(
    sessions_redis: ValkeyProcess,
) -> None:
    shell = Standing(port=0)
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "path": "/", "headers": [], "method": "GET", "query_string": b""}
    await asyncio.gather(*(shell.application(scope, receive, send) for _ in range(5)))
    assert shell.edge.events == ["start"]
    assert len(sent) == 10
    await shell.process.stop()


async def test_it_says_why_it_cannot_start() -> None:
    shell = Standing(port=0)

    async def refuse() -> None:
        raise RuntimeError("the folder for manifests is read-only")

    shell.edge.start = refuse
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "lifespan.startup"}

    await shell.application({"type": "lifespan"}, receive, send)
    await shell.process.stop()
    assert sent[0]["type"] == "lifespan.startup.failed"
    assert "the folder for manifests is read-only" in sent[0]["message"]


async def test_it_puts_the_security_headers_on_whatever_django_answers(shell: Standing) -> None:
    async with httpx.AsyncClient(base_url=shell.origin) as browser:
        for path in ("/signin", "/static/shell/page.css"):
            headers = (await browser.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
        policy = (await browser.get("/signin")).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
