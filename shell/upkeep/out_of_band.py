"""Plain GETs to fragments between requests, for manifests, stylesheets and readiness: one deadline, bounded bytes."""

from __future__ import annotations

from typing import Final

import httpx
from aiohttp import ClientSession, DummyCookieJar
from httpx_aiohttp import AiohttpTransport

from fragment_kit.contract.errors import ContractBroken
from fragment_kit.resilience.deadline import Deadline

BYTES_MAX: Final = 256 * 1024


class AnswerUnfit(ContractBroken):
    """More bytes than any honest answer has, or bytes that could become more."""


def make_client() -> httpx.AsyncClient:
    """A client without cookies, proxies and redirects, that accepts nothing compressed: a bomb cannot go off in it."""
    return httpx.AsyncClient(
        transport=AiohttpTransport(client=lambda: ClientSession(cookie_jar=DummyCookieJar())),
        headers={"Accept-Encoding": "identity", "User-Agent": "croupier-shell"},
        follow_redirects=False,
        trust_env=False,
    )


async def get(client: httpx.AsyncClient, url: str, *, timeout_ms: int) -> tuple[int, bytes]:
    """Status and body of `url`, all of it within `timeout_ms`.

    Raises:
        DeadlinePassed: it took longer.
        httpx.HTTPError: no connection, or it broke.
        AnswerUnfit: the body has more than 256 KiB, or is compressed.

    """
    body = bytearray()
    async with Deadline.after_ms(timeout_ms).enforced(), client.stream("GET", url) as response:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise AnswerUnfit(f"{url}: is compressed although nothing compressed was asked for.")
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > BYTES_MAX:
                raise AnswerUnfit(f"{url}: is longer than {BYTES_MAX // 1024} KiB.")
    return response.status_code, bytes(body)
