"""Answers actions: guards first, then the fragment, then a panel for people or a problem for programs."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from django.conf import settings

from shell.composition.actions import Form, GoTo, NotDone
from shell.composition.answers import header, html_answer, problem, redirect, send_answer
from shell.composition.forms import BrowserLeft, FormRefused, is_from_this_site, read_body, read_fields, without_token

if TYPE_CHECKING:
    from asgiref.typing import ASGIReceiveCallable, ASGISendCallable

    from fragment_kit.contract.manifest import ActionSpec, Manifest
    from shell.composition.actions import ActionResult, Actions
    from shell.composition.answers import Answer
    from shell.composition.page_desk import PageDesk
    from shell.composition.slot_desk import SlotDesk
    from shell.composition.visits import Visit
    from shell.registry.manifest_book import ManifestBook

NEVER_SEEN: Final = "This part of the floor has not opened yet, so nothing was sent. Try again in a moment."
FOREIGN: Final = "This form did not come from this site's own page, so it was not sent. Open the page again and retry."


class ActionDesk:
    """Serves the actions that manifests declare.

    Args:
        actions: carries them out.
        slots: answers with the panel.
        pages: answers with a page when there is no panel to show.
        book: accepted manifests.

    """

    def __init__(self, *, actions: Actions, slots: SlotDesk, pages: PageDesk, book: ManifestBook) -> None:
        self._actions = actions
        self._slots = slots
        self._pages = pages
        self._book = book

    async def serve(
        self, visit: Visit, fragment: str, rest: str, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer POST, PUT, PATCH or DELETE under a mount."""
        try:
            form = await self._form(visit, receive)
            manifest = self._manifest(fragment)
            result = await self._actions.run(visit, manifest, _action(manifest, f"/{rest}", visit.method), form)
        except BrowserLeft:
            return
        except FormRefused as refusal:
            await self._refuse(visit, refusal, send)
            return
        await self._answer(visit, result, send)

    def _manifest(self, fragment: str) -> Manifest:
        manifest = self._book.manifest(fragment)
        if manifest is None:
            raise FormRefused(503, NEVER_SEEN)
        return manifest

    async def _form(self, visit: Visit, receive: ASGIReceiveCallable) -> Form:
        body = await read_body(receive, visit)
        content_type = visit.headers.get("content-type", "")
        fields = read_fields(body, content_type)
        if not is_from_this_site(visit, fields, settings.CSRF_TRUSTED_ORIGINS):
            raise FormRefused(403, FOREIGN)
        body, content_type = without_token(body, content_type, fields)
        return Form(body=body, content_type=content_type, fields=fields)

    async def _answer(self, visit: Visit, result: ActionResult, send: ASGISendCallable) -> None:
        if isinstance(result, GoTo):
            await send_answer(send, redirect(result.url))
        elif isinstance(result, NotDone):
            if visit.is_json:
                await send_answer(send, _problem(visit, result))
            else:
                await self._slots.answer(visit, result.dealt, send)
        else:
            await self._slots.answer(visit, result, send)

    async def _refuse(self, visit: Visit, refusal: FormRefused, send: ASGISendCallable) -> None:
        if visit.is_json:
            title = refusal.sentence
            answer = problem(refusal.status, title=title, reason="refused", request_id=visit.request_id)
            await send_answer(send, answer)
        elif visit.is_htmx:
            html = f'<p role="alert">{escape(refusal.sentence)}</p>'
            await send_answer(send, html_answer(refusal.status, html, (header("X-Request-Id", visit.request_id),)))
        else:
            await self._pages.refused(visit, refusal.status, refusal.sentence, send)


def _problem(visit: Visit, result: NotDone) -> Answer:
    return problem(
        result.status,
        title=result.words,
        reason=result.reason,
        request_id=visit.request_id,
        retry_after_s=result.retry_after_s,
    )


def _action(manifest: Manifest, path: str, method: str) -> ActionSpec:
    declared = [action for action in manifest.actions if action.path == path]
    for action in declared:
        if method in action.methods:
            return action
    if declared:
        allowed = ", ".join(sorted({one for action in declared for one in action.methods}))
        raise FormRefused(405, f"“{manifest.name}” takes {path[:60]} by {allowed}, not by {method}.")
    raise FormRefused(404, f"“{manifest.name}” has no action at {path[:60]}.")
