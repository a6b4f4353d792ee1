"""Where a projection reads what it missed: the publisher's outbox, in this process or over HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Protocol

import httpx
from httpx_aiohttp import AiohttpTransport

from fragment_kit.contract.errors import DeadlinePassed, EventRefused, FragmentKitError
from fragment_kit.contract.events import CloudEvent
from fragment_kit.events.models import OutboxEvent
from fragment_kit.resilience.deadline import Deadline
from fragment_kit.serving.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE: Final = 500
READ_TIMEOUT_MS: Final = 5_000


class LogAway(FragmentKitError):
    """The publisher's log cannot be read right now; the subject waits."""


class EventLog(Protocol):
    """The publisher's memory of one subject."""

    async def after(self, subject: str, version: int) -> Sequence[CloudEvent]:
        """The next events of `subject` above `version`, oldest first, one page; raises LogAway."""
        ...


def logged_payloads(subject: str, version: int, *, limit: int = PAGE) -> list[str]:
    """The stored JSON of a subject's events above `version`, in order; what `GET /events` answers with."""
    _, _, aggregateid = subject.partition("/")
    # One thing may have several numberings (a wallet's money, its owner's care): the subject tells them apart.
    rows = OutboxEvent.objects.filter(
        aggregateid=aggregateid, aggregateversion__gt=version, payload__contains=f'"subject":"{subject}"'
    )
    return list(rows.order_by("aggregateversion").values_list("payload", flat=True)[:limit])


class OwnLog:
    """EventLog of a worker that lives beside the outbox."""

    async def after(self, subject: str, version: int) -> Sequence[CloudEvent]:
        return [CloudEvent.from_json(payload) for payload in await in_thread(logged_payloads, subject, version)]


class HttpLog:
    """EventLog of another service, by its `GET /events?subject=&after=`.

    Args:
        url: the service's address, `http://127.0.0.1:8101`.
        transport: a stand-in for tests.

    """

    def __init__(self, url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._url = f"{url.rstrip('/')}/events"
        self._transport = transport

    async def after(self, subject: str, version: int) -> Sequence[CloudEvent]:
        try:
            # One total limit: httpx's own timeouts count each read anew. A client per gap, for gaps are rare.
            async with (
                Deadline.after_ms(READ_TIMEOUT_MS).enforced(),
                httpx.AsyncClient(transport=self._transport or AiohttpTransport(), timeout=None) as client,  # noqa: S113
            ):
                response = await client.get(self._url, params={"subject": subject, "after": version, "limit": PAGE})
                response.raise_for_status()
                return [CloudEvent.from_json(json.dumps(item)) for item in response.json()["events"]]
        except (httpx.HTTPError, DeadlinePassed, EventRefused, ValueError, KeyError, TypeError) as error:
            raise LogAway(f"{self._url}: {type(error).__name__}: {error}") from error
