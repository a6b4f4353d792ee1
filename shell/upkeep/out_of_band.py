"""Plain GETs to fragments between requests, for manifests, stylesheets and readiness: one deadline, bounded bytes."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Final

import httpx
from aiohttp import ClientSession, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver
from httpx_aiohttp import AiohttpTransport

from fragment_kit.contract.errors import ContractBroken
from fragment_kit.resilience.deadline import Deadline
from shell.gateway.names import look_up_by_system
from shell.registry.dialable import dialable, literal

if TYPE_CHECKING:
    from aiohttp.abc import ResolveResult

    from shell.gateway.names import LookUp

BYTES_MAX: Final = 256 * 1024


class AnswerUnfit(ContractBroken):
    """More bytes than any honest answer has, or bytes that could become more."""


class CheckedResolver(AbstractResolver):
    """Looks names up for aiohttp and holds back what must not be dialled.

    Args:
        look_up: the addresses of a name; raises OSError.

    """

    def __init__(self, look_up: LookUp = look_up_by_system) -> None:
        self._look_up = look_up

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 -- what is found is what is dialled, of any family
    ) -> list[ResolveResult]:
        """See AbstractResolver; raises OSError when no address is left."""
        good, sentence = dialable(await self._look_up(host), name=host)
        if not good:
            raise OSError(sentence or f"no address was found for {host!r}")
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": socket.AF_INET6 if _is_v6(address) else socket.AF_INET,
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
            for address in good
        ]

    async def close(self) -> None:
        """Nothing is held."""


def _is_v6(address: str) -> bool:
    found = literal(address)
    return found is not None and found.version == 6  # noqa: PLR2004


def make_client(look_up: LookUp = look_up_by_system) -> httpx.AsyncClient:
    """A client without cookies, proxies and redirects, that accepts nothing compressed: a bomb cannot go off in it."""

    def make_session() -> ClientSession:
        connector = TCPConnector(resolver=CheckedResolver(look_up))
        return ClientSession(connector=connector, cookie_jar=DummyCookieJar())

    return httpx.AsyncClient(
        transport=AiohttpTransport(client=make_session),
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
