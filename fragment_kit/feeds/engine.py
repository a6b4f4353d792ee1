"""The HTTP engine behind every feed: httpx's interface on aiohttp's connections, with nothing remembered between calls.

httpx's own transport loses a connection place for every cancelled call (httpcore issue 1093), and each call here is
cut by a deadline; aiohttp's pool was measured to survive that.
"""

from __future__ import annotations

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from fragment_kit.contract.errors import FeedBroke, FeedError, FeedTimedOut, FeedUnreachable

CONNECTIONS_MAX = 32
CONNECT_TIMEOUT_S = 0.15
WIRE_ERRORS = (httpx.HTTPError, aiohttp.ClientError)  # the transport lets some of aiohttp's own errors through


class NoCookies(httpx.Cookies):
    """A jar that keeps nothing: one player's answer must not travel with another player's question."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Keep nothing of what the provider sets."""


def feed_engine(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client for one feed; `transport` replaces the network in tests.

    Redirects are not followed, the environment's proxies are not used, and timeouts are the caller's deadline.
    """
    client = httpx.AsyncClient(
        transport=transport or AiohttpTransport(client=_session),
        timeout=httpx.Timeout(None, connect=CONNECT_TIMEOUT_S),
        headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "croupier-fragment"},
        follow_redirects=False,
        trust_env=False,
    )
    client._cookies = NoCookies()  # noqa: SLF001 - httpx has no option for a null jar (encode/httpx#2992)
    return client


def feed_error(feed: str, error: Exception) -> FeedError:
    """Name what went wrong on the wire.

    The transport calls every lost connection a ConnectTimeout; aiohttp's own error, its cause, tells them apart.
    """
    cause = error if isinstance(error, aiohttp.ClientError) else error.__cause__ or error
    if isinstance(cause, aiohttp.ClientConnectorError | httpx.ConnectError):
        return FeedUnreachable(f"{feed}: nobody listens there ({cause}).")
    if isinstance(cause, TimeoutError | httpx.TimeoutException):
        return FeedTimedOut(f"{feed}: no answer in time.")
    if isinstance(cause, aiohttp.ClientResponseError):
        return FeedBroke(f"{feed}: does not speak HTTP ({cause.message}).")
    return FeedUnreachable(f"{feed}: the connection broke ({cause}).", reason="connection_reset")


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=CONNECTIONS_MAX, ttl_dns_cache=10),
        cookie_jar=aiohttp.DummyCookieJar(),
    )
