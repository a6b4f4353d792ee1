"""Carries a player's form to a fragment, once, and tells the player honestly what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import urlsplit

from fragment_kit.contract.outcome import Fresh
from shell.composition.form_marks import FIELD as MARK_FIELD
from shell.composition.form_marks import why_marked
from shell.composition.forms import KEY_FIELD, TOKEN_FIELD, Fields, value_of
from shell.composition.metrics import ACTIONS
from shell.composition.panels import Again, KeptField, Place
from shell.gateway.calls import ActionCall, Answered, Refused, SeeOther, SignedOut, Trail, Unknown, Unreachable

if TYPE_CHECKING:
    from fragment_kit.contract.manifest import ActionSpec, Manifest
    from shell.composition.dealer import Dealer, Dealt, SlotGateway
    from shell.composition.panels import PanelMaker
    from shell.composition.seen_states import SeenStates
    from shell.composition.visits import Visit
    from shell.gateway.calls import ActionOutcome

NOT_SENT: Final = "This could not be sent just now, so nothing has happened. Your entries are kept."
NOT_KNOWN: Final = "We do not know yet whether this went through. Your entries are kept."
NOT_FRESH: Final = "This opens again when the panel is up to date. Nothing was sent, and your entries are kept."
REFUSALS: Final = {
    403: "This is not open to you right now. Nothing was changed.",
    409: "This has changed in the meantime. Look again before you decide.",
    429: "That was a bit quick. Wait a moment, then send it again.",
}
DECLINED: Final = "This was not accepted. Nothing was changed."
NOT_KNOWN_STATUS: Final = 504


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form that passed the guards, as bytes for the fragment and as fields for the shell's own words."""

    body: bytes
    content_type: str
    fields: Fields

    @property
    def idempotency_key(self) -> str | None:
        return value_of(self.fields, KEY_FIELD) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDone:
    """The action was not carried out, or nobody knows: a panel for people, a status and a reason for programs."""

    dealt: Dealt
    status: int
    reason: str
    words: str
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class GoTo:
    """The action is done, and the browser itself should go to this panel."""

    url: str


ActionResult: TypeAlias = "Dealt | NotDone | GoTo"


class Actions:
    """Runs the actions that manifests declare.

    Args:
        gateway: sends the action, once.
        dealer: deals the panel that answers.
        seen: what each session saw.

    """

    def __init__(self, *, gateway: SlotGateway, dealer: Dealer, maker: PanelMaker, seen: SeenStates) -> None:
        self._gateway = gateway
        self._dealer = dealer
        self._maker = maker
        self._seen = seen

    async def run(self, visit: Visit, manifest: Manifest, action: ActionSpec, form: Form) -> ActionResult:
        """Send the form and turn what becomes of it into a panel; the caller has checked where the form comes from."""
        place = Place(fragment=manifest.name, slot=action.slot or next(iter(manifest.slots)))
        spec = manifest.slots[place.slot]
        trail = Trail()
        if visit.is_session_unknown:
            # In whose name it would be sent is not known, and as nobody's it must not be.
            outcome: ActionOutcome = Unreachable("timeout", "the session store did not say whose session this is")
        elif spec.auth == "player" and visit.player is None:
            outcome = Refused(401)
        elif action.needs_fresh and (reason := self._why_not_fresh(visit, place, form)):
            ACTIONS.labels(place.fragment, "NotFresh").inc()
            return self._not_done(visit, place, form, words=NOT_FRESH, status=503, reason=reason)
        else:
            outcome = await self._gateway.act(_call(visit, manifest, action, form), trail)
        ACTIONS.labels(place.fragment, type(outcome).__name__).inc()
        return await self._result(visit, place, form, outcome, trail)

    def _why_not_fresh(self, visit: Visit, place: Place, form: Form) -> str | None:
        """Why the panel that the form stood in was not up to date: by its own mark, or by what this process showed."""
        return why_marked(value_of(form.fields, MARK_FIELD)) or self._seen.why_not_fresh(visit, place.name)

    async def _result(
        self, visit: Visit, place: Place, form: Form, outcome: ActionOutcome, trail: Trail
    ) -> ActionResult:
        match outcome:
            case Answered(_, content):
                return self._dealer.show(visit, place, Fresh(content, datetime.now(UTC)), trail)
            case SeeOther(path, emits):
                return await self._other(visit, place, path, emits)
            case Refused(401):
                dealt = self._dealer.show(visit, place, SignedOut(), trail)
                return NotDone(dealt=dealt, status=401, reason="contract", words="Sign in first.")
            case Refused(status, wait_s):
                words = REFUSALS.get(status, DECLINED)
                return self._not_done(
                    visit, place, form, words=words, status=status, reason="bad_status", wait_s=wait_s
                )
            case Unreachable(reason, _, wait_s):
                return self._not_done(visit, place, form, words=NOT_SENT, status=503, reason=reason, wait_s=wait_s)
            case Unknown(reason):
                return self._not_done(visit, place, form, words=NOT_KNOWN, status=NOT_KNOWN_STATUS, reason=reason)

    async def _other(self, visit: Visit, place: Place, path: str, emits: tuple[str, ...]) -> ActionResult:
        """Where the fragment points after an action that is done: the browser's own next page, or one internal GET."""
        parts = urlsplit(path)
        fragment, _, slot = parts.path.removeprefix("/f/").rstrip("/").partition("/")
        if fragment != place.fragment or not self._dealer.knows(fragment, slot):
            slot, query = place.slot, ""
        else:
            query = parts.query
        target = Place(fragment=place.fragment, slot=slot, query=query)
        # Without scripts the browser moves on by itself, so that a reload does not send the form again.
        if visit.headers.get("sec-fetch-mode") == "navigate":
            return GoTo(target.url())
        dealt = await self._dealer.deal(visit, target, "action")
        return replace(dealt, emits=(*emits, *dealt.emits))

    def _not_done(
        self,
        visit: Visit,
        place: Place,
        form: Form,
        *,
        words: str,
        status: int,
        reason: str,
        wait_s: float | None = None,
    ) -> NotDone:
        # Sending again is offered only where a second arrival cannot have a second effect.
        is_safe = visit.method == "POST" and (status != NOT_KNOWN_STATUS or form.idempotency_key is not None)
        again = _again(visit, form) if is_safe else None
        reference = visit.request_id[:8].upper()
        view = self._maker.blocked(place, sentence=words, reason=reason, reference=reference, again=again)
        dealt = self._dealer.show_view(visit, view)
        return NotDone(dealt=dealt, status=status, reason=reason, words=words, retry_after_s=wait_s)


def _again(visit: Visit, form: Form) -> Again:
    fields = tuple(
        KeptField(name=name, value=value, label="" if name == KEY_FIELD else name.replace("_", " ").capitalize())
        for name, value in form.fields
        if name not in {TOKEN_FIELD, MARK_FIELD}
    )
    return Again(url=visit.path, fields=fields)


def _call(visit: Visit, manifest: Manifest, action: ActionSpec, form: Form) -> ActionCall:
    return ActionCall(
        fragment=manifest.name,
        slot=action.slot,
        method=visit.method,
        path=f"{action.path}?{visit.query}" if visit.query else action.path,
        body=form.body,
        content_type=form.content_type,
        idempotency_key=form.idempotency_key,
        timeout_ms=action.timeout_ms,
        player=visit.player_id,
        session=visit.session_hash,
        locale=visit.locale,
        request_id=visit.request_id,
        traceparent=visit.traceparent,
        emits=manifest.emits,
    )
