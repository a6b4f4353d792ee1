"""Answers `GET /f/<fragment>/<file>`: a declared file as an attachment, or a page that says it cannot be had."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import quote

from shell.composition.answers import NO_STORE, NOSNIFF, header, part, redirect, send_answer, start
from shell.gateway.downloads import FileAsker
from shell.gateway.failures import CallFailed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from asgiref.typing import ASGISendCallable

    from fragment_kit.contract.manifest import DownloadSpec
    from shell.composition.page_desk import PageDesk
    from shell.composition.visits import Visit

log = logging.getLogger(__name__)
AWAY: Final = "This file cannot be had right now. Nothing is lost: try again in a moment, from the page you came from."


class FileSource(Protocol):
    """Where files come from; see `shell.gateway.downloads.Downloads`."""

    def parts(self, fragment: str, spec: DownloadSpec, asker: FileAsker) -> AsyncIterator[bytes]: ...


class DownloadDesk:
    """Serves the downloads that manifests declare, to signed-in players.

    Args:
        files: fetches them.
        pages: says it when a file cannot be had.

    """

    def __init__(self, *, files: FileSource, pages: PageDesk) -> None:
        self._files = files
        self._pages = pages

    async def serve(self, visit: Visit, fragment: str, spec: DownloadSpec, send: ASGISendCallable) -> None:
        """Send a file; a first part that fails is a page of 503, a later one breaks the file off."""
        player = visit.player
        if visit.is_session_unknown:
            await self._pages.refused(visit, 503, AWAY, send)
            return
        if player is None:
            await send_answer(send, redirect(f"/signin?next={quote(visit.path)}"), is_head=visit.is_head)
            return
        asker = FileAsker(
            player=visit.player_id or "",
            session=visit.session_hash or "",
            locale=visit.locale,
            request_id=visit.request_id,
        )
        parts = self._files.parts(fragment, spec, asker)
        try:
            first = await anext(parts)
        except CallFailed as failure:
            log.warning("%s of %s cannot be had: %s", spec.path, fragment, failure)
            await self._pages.refused(visit, 503, AWAY, send)
            return
        await start(send, 200, _headers(spec, visit))
        await part(send, b"" if visit.is_head else first, is_last=visit.is_head)
        if visit.is_head:
            return
        # CallFailed from here on leaves the response unfinished, which is how a browser learns that a file is cut.
        async for body in parts:
            await part(send, body, is_last=False)
        await part(send, b"", is_last=True)


def _headers(spec: DownloadSpec, visit: Visit) -> tuple[tuple[bytes, bytes], ...]:
    return (
        header("Content-Type", f"{spec.media_type}; charset=utf-8"),
        header("Content-Disposition", f'attachment; filename="{spec.filename}"'),
        header("Content-Security-Policy", "default-src 'none'; sandbox"),
        header("X-Request-Id", visit.request_id),
        NO_STORE,
        NOSNIFF,
    )
