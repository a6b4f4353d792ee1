"""Fetches files for players: part after part through the guarded way, so that no file needs room or time of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from fragment_kit.contract import headers
from fragment_kit.resilience.deadline import Deadline
from shell.gateway.calls import SlotCall, Trail
from shell.gateway.failures import CallFailed
from shell.gateway.replies import SLOT_BODIES
from shell.gateway.request_headers import slot_headers
from shell.gateway.response_guards import decoded
from shell.gateway.upstream import UpstreamRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fragment_kit.contract.manifest import DownloadSpec
    from shell.gateway.hop import Hop
    from shell.gateway.passports import PassportOffice
    from shell.gateway.upstream import RawResponse

PARTS_MAX: Final = 1_000
CURSOR: Final = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAsker:
    """For whom a file is fetched."""

    player: str
    session: str
    locale: str
    request_id: str


@dataclass(frozen=True, slots=True)
class _Part:
    body: bytes
    next: str


class Downloads:
    """The way to fragments' files.

    Args:
        hop: the guarded way to the fragments; each part is one exchange.
        passports: signs who the player is.

    """

    def __init__(self, *, hop: Hop, passports: PassportOffice) -> None:
        self._hop = hop
        self._passports = passports

    async def parts(self, fragment: str, spec: DownloadSpec, asker: FileAsker) -> AsyncIterator[bytes]:
        """The file's bytes in order; raises CallFailed as soon as a part cannot be had, the first one included."""
        after = ""
        for _ in range(PARTS_MAX):
            part = await self._part(fragment, spec, asker, after)
            yield part.body
            after = part.next
            if not after:
                return
        raise CallFailed(reason="too_large", detail=f"{spec.path} has more than {PARTS_MAX} parts")

    async def _part(self, fragment: str, spec: DownloadSpec, asker: FileAsker, after: str) -> _Part:
        call = SlotCall(
            fragment=fragment,
            slot=spec.path,
            path=f"{spec.path}?{urlencode({'after': after})}" if after else spec.path,
            timeout_ms=spec.timeout_ms,
            player=asker.player,
            session=asker.session,
            locale=asker.locale,
            request_id=asker.request_id,
        )
        deadline = Deadline.after_ms(spec.timeout_ms)

        def make_request() -> UpstreamRequest:
            sent = slot_headers(call, passport=self._passports.for_call(call), deadline=deadline)
            return UpstreamRequest(method="GET", path=call.path, headers=sent, reads_body_of=SLOT_BODIES)

        return await self._hop.exchange(
            call,
            part=f"download {spec.path}",
            make_request=make_request,
            read=lambda response: _read(response, spec),
            deadline=deadline,
            trail=Trail(),
        )


def _read(response: RawResponse, spec: DownloadSpec) -> _Part:
    if response.status != 200:  # noqa: PLR2004
        is_theirs = response.status >= 500  # noqa: PLR2004
        raise CallFailed(
            reason="bad_status", detail=f"status {response.status}", status=response.status, is_theirs=is_theirs
        )
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != spec.media_type:
        raise CallFailed(reason="bad_type", detail=f"type {kind[:80]!r}; the manifest says {spec.media_type}")
    after = response.headers.get(headers.NEXT.lower(), "")
    if after and CURSOR.fullmatch(after) is None:
        raise CallFailed(reason="contract", detail=f"{headers.NEXT} is {after[:80]!r}")
    return _Part(decoded(response.body, response.headers), after)
