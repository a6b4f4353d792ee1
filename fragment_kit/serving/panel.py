"""What a slot or an action answers, and how that becomes a response that keeps the contract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.template.loader import render_to_string

from fragment_kit.contract import headers

if TYPE_CHECKING:
    from fragment_kit.contract.headers import FragmentState
    from fragment_kit.serving.call import SlotCall


@dataclass(frozen=True, slots=True)
class Panel:
    """A slot's content.

    Attributes:
        template: rendered with `view` and `call`; one root element.
        view: a frozen dataclass with everything the template shows, already formatted.
        state: `degraded` when one of our feeds did not answer; `empty` when there is nothing to show.
        feed: the feed that is away, when degraded.
        as_of: aware UTC time of the data shown, when degraded.
        emits: names from the manifest's `emits` that other panels listen to.
        status: 200, or 422 for a form with errors.
        max_age_s: how long a slot with `auth = "none"` may be shared, in seconds.
    """

    template: str
    view: object
    state: FragmentState = "fresh"
    feed: str | None = None
    as_of: datetime | None = None
    emits: tuple[str, ...] = ()
    status: int = 200
    max_age_s: int = 0


@dataclass(frozen=True, slots=True)
class SeeSlot:
    """An action's answer: done, now show this slot."""

    slot: str
    emits: tuple[str, ...] = ()


def panel_response(panel: Panel, call: SlotCall, *, is_shared: bool) -> HttpResponse:
    """Render a panel with the contract's headers (section 6)."""
    html = render_to_string(panel.template, {"view": panel.view, "call": call})
    response = HttpResponse(html.strip(), status=panel.status, content_type="text/html; charset=utf-8")
    response["Content-Length"] = str(len(response.content))
    response[headers.STATE] = _state_text(panel)
    response["Cache-Control"] = f"public, max-age={panel.max_age_s}" if is_shared else "private, no-cache"
    _add_emits(response, panel.emits)
    return response


def see_slot_response(answer: SeeSlot, call: SlotCall) -> HttpResponse:
    """A 303 to the slot's address under the mount."""
    response = HttpResponse(status=303)
    response["Location"] = f"{call.mount}/{answer.slot}"
    _add_emits(response, answer.emits)
    return response


def refusal(status: int, sentence: str) -> HttpResponse:
    """A short plain answer for a request that the fragment will not serve."""
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def _state_text(panel: Panel) -> str:
    parts: list[str] = [panel.state]
    if panel.feed is not None:
        parts.append(f"feed={panel.feed}")
    if panel.as_of is not None:
        parts.append(f"as-of={panel.as_of.astimezone(UTC).isoformat(timespec='seconds').replace('+00:00', 'Z')}")
    return "; ".join(parts)


def _add_emits(response: HttpResponse, emits: tuple[str, ...]) -> None:
    if emits:
        response[headers.EMITS] = ", ".join(emits)
