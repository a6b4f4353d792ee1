"""Serves the stylesheets that the manifest names; the shell fetches each once and browsers never come here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib.staticfiles import finders
from django.http import HttpResponse

from fragment_kit.contract.errors import ManifestRefused

if TYPE_CHECKING:
    from django.http import HttpRequest

    from fragment_kit.serving.view import View


def stylesheet_view(style: str) -> View:
    """A view for `/static/<fragment>/<file>.css`; refuses a file that is not there when the fragment starts."""
    found = finders.find(style.removeprefix("/static/"))
    if found is None:
        raise ManifestRefused(f"styles: {style!r} names no file in the fragment's static folder.")
    file = Path(found).read_bytes()

    async def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(file, content_type="text/css; charset=utf-8")

    return view
