"""Serves the stylesheets that the manifest names; the shell fetches each once and browsers never come here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.staticfiles import finders
from django.http import HttpResponse

from fragment_kit.contract.errors import ManifestRefused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from django.http import HttpRequest


def stylesheet_view(style: str) -> Callable[[HttpRequest], Awaitable[HttpResponse]]:
    """A view for `/static/<fragment>/<file>.css`; refuses a file that is not there when the fragment starts."""
    found = finders.find(style.removeprefix("/static/"))
    if not found or isinstance(found, list):
        raise ManifestRefused(f"styles: {style!r} names no file in the fragment's static folder.")
    file = _read(found)

    async def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(file, content_type="text/css; charset=utf-8")

    return view


def _read(found: str | Path) -> bytes:
    from pathlib import Path

    return Path(found).read_bytes()
