"""The `@slot` and `@action` decorators: a thin async function becomes a view that keeps the contract."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import set_script_prefix

from fragment_kit.contract import headers
from fragment_kit.contract.errors import ContractBroken, DeadlinePassed, PassportRefused
from fragment_kit.serving.call import ActionCall, SlotCall, read_action_call, read_slot_call
from fragment_kit.serving.metrics import SLOT_CALLS, SLOT_SECONDS
from fragment_kit.serving.panel import Panel, SeeSlot, panel_response, refusal, see_slot_response

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from fragment_kit.contract.manifest import ActionSpec, Manifest, SlotSpec
    from fragment_kit.serving.view import View

SlotFunction = Callable[[SlotCall], Awaitable[Panel]]
ActionFunction = Callable[[ActionCall], Awaitable[Panel | SeeSlot]]


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot's function under the name that the manifest gives it."""

    name: str
    function: SlotFunction


@dataclass(frozen=True, slots=True)
class Action:
    """An action's function under the path that the manifest gives it."""

    path: str
    function: ActionFunction


def slot(name: str) -> Callable[[SlotFunction], Slot]:
    """Mark an async function `(SlotCall) -> Panel` as the slot `name` of the manifest."""
    return lambda function: Slot(name, function)


def action(path: str) -> Callable[[ActionFunction], Action]:
    """Mark an async function `(ActionCall) -> Panel | SeeSlot` as the action at `path` of the manifest."""
    return lambda function: Action(path, function)


def slot_view(manifest: Manifest, spec: SlotSpec, function: SlotFunction) -> View:
    """The Django view of one slot."""

    async def view(request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return refusal(405, f"{spec.path} is read with GET.")
        call = read_slot_call(request, fragment=manifest.name, timeout_ms=spec.timeout_ms)
        if spec.auth == "player" and call.player is None:
            return refusal(401, f"{manifest.name}.{spec.name} needs a signed-in player.")
        set_script_prefix(f"{call.mount}/")
        async with call.deadline.enforced():
            panel = await function(call)
            return panel_response(panel, call, is_shared=spec.auth == "none")

    return guarded(view, manifest, label=spec.name)


def action_view(manifest: Manifest, spec: ActionSpec, function: ActionFunction) -> View:
    """The Django view of one action; fragments trust the shell's CSRF check and the passport, nothing else."""

    async def view(request: HttpRequest) -> HttpResponse:
        if request.method not in spec.methods:
            return refusal(405, f"{spec.path} takes {', '.join(spec.methods)}.")
        call = read_action_call(request, fragment=manifest.name, timeout_ms=spec.timeout_ms)
        if call.player is None:
            return refusal(401, f"{manifest.name}{spec.path} needs a signed-in player.")
        set_script_prefix(f"{call.mount}/")
        async with call.deadline.enforced():
            answer = await function(call)
            if isinstance(answer, SeeSlot):
                return see_slot_response(answer, call)
            return panel_response(answer, call, is_shared=False)

    return guarded(view, manifest, label=spec.path)


def guarded(view: View, manifest: Manifest, *, label: str) -> View:
    """The view with the contract's headers, metrics, and refusals as plain answers."""

    async def answer(request: HttpRequest) -> HttpResponse:
        started_s = time.perf_counter()
        response = await _answer(view, request)
        response[headers.CONTRACT] = str(headers.CONTRACT_VERSION)
        response[headers.VERSION] = manifest.version
        elapsed_s = time.perf_counter() - started_s
        response["Server-Timing"] = f"{manifest.name};dur={elapsed_s * 1000:.1f}"
        SLOT_CALLS.labels(label, response.status_code).inc()
        SLOT_SECONDS.labels(label).observe(elapsed_s)
        return response

    return answer


async def _answer(view: View, request: HttpRequest) -> HttpResponse:
    try:
        return await view(request)
    except PassportRefused as refused:
        return refusal(401, str(refused))
    except ContractBroken as broken:
        return refusal(400, str(broken))
    except DeadlinePassed:
        return refusal(504, "The time for this answer is used up.")
