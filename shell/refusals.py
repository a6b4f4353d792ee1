"""The pages for what Django cannot give: an address that is nothing, and a form that did not come from our pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

STALE_FORM = "This form was too old or came from elsewhere, so nothing was done. Load its page again and retry."


async def not_found(request: HttpRequest) -> HttpResponse:
    """The same page in development and production: a trace of patterns helps nobody who mistyped an address."""
    return render(request, "404.html", status=404)


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django's signature
    """What a player sees when FormGuard refuses; why exactly is in the log."""
    return render(request, "composition/refused_page.html", {"words": STALE_FORM}, status=403)
