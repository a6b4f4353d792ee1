"""A page with every slot of one fragment, so that a team can work with nothing else running (DEBUG only)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.template.loader import render_to_string

from fragment_kit.contract.errors import DeadlinePassed
from fragment_kit.resilience.deadline import Deadline
from fragment_kit.serving.call import SlotCall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from fragment_kit.contract.manifest import Manifest
    from fragment_kit.serving.slot import Slot
    from fragment_kit.serving.view import View

SAMPLE_PLAYER = "ana"


def alone_view(manifest: Manifest, slots: Sequence[Slot]) -> View:
    """The view of `/`: each slot asked in this process for the sample player, without a passport."""

    async def view(request: HttpRequest) -> HttpResponse:
        panels = [(manifest.slots[entry.name], await _content(manifest, entry, request)) for entry in slots]
        html = render_to_string("fragment_kit/alone.html", {"manifest": manifest, "panels": panels})
        return HttpResponse(html)

    return view


async def _content(manifest: Manifest, entry: Slot, request: HttpRequest) -> str:
    call = SlotCall(
        request=request,
        player=SAMPLE_PLAYER,
        session="sample",
        mount="",
        mode="preview",
        deadline=Deadline.after_ms(manifest.slots[entry.name].timeout_ms),
        locale="en",
    )
    try:
        async with call.deadline.enforced():
            panel = await entry.function(call)
    except DeadlinePassed:
        return manifest.slots[entry.name].fallback
    return render_to_string(panel.template, {"view": panel.view, "call": call})
