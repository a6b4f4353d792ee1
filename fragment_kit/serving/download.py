"""The `@download` decorator: a file for the player, handed to the shell in parts that stay within its limits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponse

from fragment_kit.contract import headers
from fragment_kit.serving.call import SlotCall, read_slot_call
from fragment_kit.serving.panel import refusal
from fragment_kit.serving.slot import guarded

if TYPE_CHECKING:
    from django.http import HttpRequest

    from fragment_kit.contract.manifest import DownloadSpec, Manifest
    from fragment_kit.serving.view import View

AFTER = "after"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a file, at most 256 KiB as UTF-8.

    Attributes:
        text: goes into the file as it is.
        next: what asks for the following part, up to 128 visible ASCII characters; "" at the end.
    """

    text: str
    next: str = ""


DownloadFunction = Callable[[SlotCall, str], Awaitable[Part]]


@dataclass(frozen=True, slots=True)
class Download:
    """A download's function under the path that the manifest gives it."""

    path: str
    function: DownloadFunction


def download(path: str) -> Callable[[DownloadFunction], Download]:
    """Mark an async function `(SlotCall, after) -> Part` as the download at `path` of the manifest.

    `after` is "" for the first part, then what the part before gave as `next`.
    """
    return lambda function: Download(path, function)


def download_view(manifest: Manifest, spec: DownloadSpec, function: DownloadFunction) -> View:
    """The Django view of one download; only signed-in players have files."""

    async def view(request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return refusal(405, f"{spec.path} is read with GET.")
        call = read_slot_call(request, fragment=manifest.name, timeout_ms=spec.timeout_ms)
        if call.player is None:
            return refusal(401, f"{manifest.name}{spec.path} needs a signed-in player.")
        async with call.deadline.enforced():
            part = await function(call, call.query.get(AFTER, ""))
        response = HttpResponse(part.text, content_type=f"{spec.media_type}; charset=utf-8")
        response["Content-Length"] = str(len(response.content))
        response["Cache-Control"] = "private, no-store"
        if part.next:
            response[headers.NEXT] = part.next
        return response

    return guarded(view, manifest, label=spec.path)
