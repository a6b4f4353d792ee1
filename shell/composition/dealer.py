"""Deals one panel: asks the gateway for a slot on behalf of a visit and never comes back without a whole panel."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from fragment_kit.contract.headers import PANEL_STATE, REQUEST_ID
from fragment_kit.contract.outcome import Fresh, Stale, Unavailable
from shell.composition.answers import header
from shell.composition.finished import Finished
from shell.composition.metrics import panel_seconds, panels_counted
from shell.composition.panel_log import PanelLog
from shell.gateway.calls import SignedOut, SlotCall, Trail
from shell.gateway.proof import proof_headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from fragment_kit.contract.headers import Mode
    from fragment_kit.contract.manifest import SlotSpec
    from shell.composition.answers import Headers
    from shell.composition.at_hand import AtHand
    from shell.composition.finished import FinishedPanels
    from shell.composition.panel_press import PanelPress
    from shell.composition.panels import PanelMaker, PanelView, Place
    from shell.composition.seen_states import SeenStates
    from shell.composition.visits import Visit
    from shell.gateway.calls import ActionCall, ActionOutcome, SlotOutcome
    from shell.registry.entries import Registry
    from shell.registry.manifest_book import ManifestBook
    from shell.upkeep.manifest_poller import ManifestPoller
    from shell.upkeep.recovery import Recovery

log = logging.getLogger(__name__)


class SlotGateway(Protocol):
    """The border to the fragments; see `shell.gateway.gateway.Gateway`."""

    async def fetch(self, call: SlotCall, trail: Trail | None = None) -> SlotOutcome: ...
    async def act(self, call: ActionCall, trail: Trail | None = None) -> ActionOutcome: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealt:
    """A panel ready for the player, with the events its answer reports and the headers that prove how it came about.

    `shared_s`: for how many seconds more others may be shown the very same, when the slot is one that all share.
    """

    view: PanelView
    html: bytes
    prove: Callable[[], Headers]
    emits: tuple[str, ...] = ()
    shared_s: int = 0

    @property
    def headers(self) -> Headers:
        """Written when they are asked for: a page shows its panels without them."""
        return self.prove()


class Dealer:
    """Puts a visit, a place and the gateway together.

    Args:
        gateway: fetches slots; never raises.
        registry: the registry in force.
        book: accepted manifests.
        poller: told which version answered.
        recovery: told how each panel ended.
        seen: told which state each session saw.
        finished: draws what is fresh.
        at_hand: shows copies; without it every panel is asked for.
        log: told what was not as it should be.

    """

    def __init__(
        self,
        *,
        gateway: SlotGateway,
        registry: Callable[[], Registry],
        book: ManifestBook,
        maker: PanelMaker,
        press: PanelPress,
        poller: ManifestPoller,
        recovery: Recovery,
        seen: SeenStates,
        finished: FinishedPanels,
        at_hand: AtHand | None = None,
        log: PanelLog | None = None,
    ) -> None:
        self._gateway = gateway
        self._registry = registry
        self._book = book
        self._maker = maker
        self._press = press
        self._poller = poller
        self._recovery = recovery
        self._seen = seen
        self._finished = finished
        self._at_hand = at_hand
        self._log = log or PanelLog()

    async def deal(self, visit: Visit, place: Place, mode: Mode) -> Dealt:
        """The panel for a place, by the slot's deadline and in whatever state; only cancellation interrupts it."""
        trail = Trail()
        began_s = time.monotonic()
        try:
            call = self._call(visit, place, mode)
            outcome = await self._gateway.fetch(call, trail) if isinstance(call, SlotCall) else call
        except Exception:
            # A fault of our own must look like any other outage: one panel, never the page.
            log.exception("Dealing %s failed.", place.name)
            outcome = Unavailable("contract", "the shell itself failed")
        if self._book.slot(place.fragment, place.slot) is not None:
            panel_seconds(place.fragment, place.slot).observe(time.monotonic() - began_s)
        return self.show(visit, place, outcome, trail)

    def knows(self, fragment: str, slot: str) -> bool:
        """Whether an accepted manifest offers this slot."""
        return self._book.slot(fragment, slot) is not None

    def show(self, visit: Visit, place: Place, outcome: SlotOutcome, trail: Trail) -> Dealt:
        """The panel that an outcome becomes."""
        finished = self._finish(visit, place, outcome)
        emits: tuple[str, ...] = ()
        if isinstance(outcome, Fresh | Stale):
            # A copy reports nothing new, however often it is shown.
            is_news = isinstance(outcome, Fresh) and trail.cache in {"none", "stored"}
            emits = outcome.value.emits if is_news else ()
            self._poller.version_seen(place.fragment, outcome.value.version)
        if self.knows(place.fragment, place.slot):
            self._log.note(visit, finished.view, outcome, trail)
        is_whole = isinstance(outcome, Fresh) and finished.view.state in {"fresh", "empty"}
        return self._dealt(
            visit,
            finished,
            prove=partial(proof_headers, visit.request_id, place.name, outcome, trail),
            emits=emits,
            shared_s=max(0, trail.ttl_s) if is_whole and trail.ttl_s is not None else 0,
        )

    def show_view(self, visit: Visit, view: PanelView) -> Dealt:
        """A panel that no slot call stands behind, such as a blocked action."""
        self._log.note(visit, view, None, None)
        state = f"{view.state}; reason={view.reason}"
        headers = (header(PANEL_STATE, state), header(REQUEST_ID, visit.request_id))
        return self._dealt(visit, self._print(view, visit.locale), prove=lambda: headers)

    def at_hand(self, visit: Visit, place: Place) -> bytes | None:
        """The panel when a fresh copy that all may see is there; None when it has to be dealt."""
        finished = self._at_hand.panel(place, visit.locale) if self._at_hand is not None else None
        if finished is None:
            return None
        self._seen.note(visit, finished.view)
        return finished.html

    def loading(self, visit: Visit, place: Place, *, ticket: str = "") -> bytes:
        """The skeleton for a place whose panel comes later."""
        return self._press.print(self._maker.loading(place, ticket=ticket), visit.locale).encode()

    def skeleton(self, place: Place, locale: str) -> str:
        """The skeleton for a page that is not composed here."""
        return self._press.print(self._maker.loading(place), locale)

    def _finish(self, visit: Visit, place: Place, outcome: SlotOutcome) -> Finished:
        if isinstance(outcome, Fresh) and outcome.value.state == "fresh":
            return self._finished.panel(place, outcome, visit.locale)
        reference = visit.request_id[:8].upper()
        return self._print(self._maker.of(place, outcome, attempt=visit.attempt, reference=reference), visit.locale)

    def _print(self, view: PanelView, locale: str) -> Finished:
        return Finished(view, self._press.print(view, locale).encode())

    def _dealt(
        self,
        visit: Visit,
        finished: Finished,
        *,
        prove: Callable[[], Headers],
        emits: tuple[str, ...] = (),
        shared_s: int = 0,
    ) -> Dealt:
        view = finished.view
        # Names that no manifest has come from outside; they must not fill the watch list or the metrics.
        spec = self._book.slot(view.fragment, view.place.slot)
        if spec is not None:
            # A panel that was not even asked for says nothing about its fragment.
            if not (visit.is_session_unknown and spec.auth == "player"):
                self._recovery.observe(view)
            self._seen.note(visit, view)
            panels_counted(view.fragment, view.place.slot, view.state, view.reason).inc()
        return Dealt(view=view, html=finished.html, prove=prove, emits=emits, shared_s=shared_s)

    def _call(self, visit: Visit, place: Place, mode: Mode) -> SlotCall | SignedOut | Unavailable:
        """What to ask, or why there is nobody to ask."""
        entry = self._registry().fragments.get(place.fragment)
        if entry is None:
            return Unavailable("not_registered", f"the registry has no fragment {place.fragment!r}")
        manifest = self._book.manifest(place.fragment)
        if manifest is None:
            return Unavailable(self._book.reason_unseen(place.fragment), "no manifest was ever accepted")
        spec = manifest.slots.get(place.slot)
        if spec is None:
            return Unavailable("not_registered", f"the manifest of {place.fragment} has no slot {place.slot!r}")
        if spec.auth == "player" and visit.is_session_unknown:
            # Asking this player to sign in would be wrong, and would not work either.
            return Unavailable("timeout", "the session store did not say whose session this is")
        if spec.auth == "player" and visit.player is None:
            return SignedOut()
        timeout_ms = min(entry.timeout_ms, spec.timeout_ms)
        return _slot_call(visit, place, spec, mode=mode, timeout_ms=timeout_ms, emits=manifest.emits)


def _slot_call(
    visit: Visit, place: Place, spec: SlotSpec, *, mode: Mode, timeout_ms: int, emits: tuple[str, ...]
) -> SlotCall:
    is_shared = spec.auth == "none"
    return SlotCall(
        fragment=place.fragment,
        slot=place.slot,
        path=place.path_of(spec),
        timeout_ms=timeout_ms,
        mode=mode,
        player=None if is_shared else visit.player_id,
        session=None if is_shared else visit.session_hash,
        is_shared=is_shared,
        stale=spec.stale,
        locale=visit.locale,
        request_id=visit.request_id,
        traceparent=visit.traceparent,
        emits=emits,
    )
