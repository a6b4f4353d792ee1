"""Turns what became of a slot call into what the player sees: the state, the words and the next attempt of a panel."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias
from urllib.parse import urlencode

from fragment_kit.contract.manifest import SlotSpec
from fragment_kit.contract.outcome import Fresh, Stale, Unavailable
from shell.composition.form_marks import marked
from shell.gateway.calls import SignedOut, SlotContent, SlotOutcome
from shell.upkeep.recovery import HEALING_STATES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shell.registry.manifest_book import ManifestBook

PanelState: TypeAlias = Literal[
    "loading", "fresh", "stale", "degraded", "unavailable", "empty", "signed-out", "blocked"
]
Variant: TypeAlias = Literal["bar", "card"]
# An include without a fetch under way; the word tells a first fetch from a refresh of what is shown.
NO_TICKET: Final = "none"
FIRST_RETRY_S: Final = 4
LAST_RETRY_S: Final = 60
# While a probe is under way the answer is a moment off, however long the outage has been.
ON_PROBE_RETRY_S: Final = 2
ON_PROBE_WITHIN_S: Final = 1.0


class Place(NamedTuple):
    """Where a slot is shown, and with which query of the player's; a tuple, because much is looked up by it."""

    fragment: str
    slot: str
    variant: Variant = "card"
    query: str = ""

    @property
    def name(self) -> str:
        return f"{self.fragment}.{self.slot}"

    @property
    def element_id(self) -> str:
        return f"panel-{self.fragment}-{self.slot}".replace("_", "-")

    def path_of(self, spec: SlotSpec) -> str:
        """What is asked of the fragment: the slot's path, with the player's query."""
        return f"{spec.path}?{self.query}" if self.query else spec.path

    def url(self, **own: str | int) -> str:
        """The panel's address in the browser; `own` are words of the shell to itself."""
        said = {"variant": self.variant} if self.variant != "card" else {}
        query = "&".join(part for part in (self.query, urlencode({**said, **own})) if part)
        return f"/f/{self.fragment}/{self.slot}" + (f"?{query}" if query else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptField:
    """A field of a form that could not be sent; without a `label` it is carried along and not shown."""

    name: str
    value: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A form that could not be sent, complete, so that the player can send it once more as it was."""

    url: str
    fields: tuple[KeptField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelView:
    """Everything that the panel's template may say; `html` is clean and goes in as it is, the rest is escaped there."""

    place: Place
    title: str
    state: PanelState
    reason: str = ""
    html: str = ""
    feed: str = ""
    as_of: str = ""
    age_s: int | None = None
    age_words: str = ""
    attempt: int | None = None
    retry_in_s: int | None = None
    url: str = ""
    refresh_events: tuple[str, ...] = ()
    min_height_rem: int = 6
    is_essential: bool = False
    reference: str = ""
    sentence: str = ""
    kept: tuple[KeptField, ...] = ()
    action_url: str = ""

    @property
    def element_id(self) -> str:
        return self.place.element_id

    @property
    def name(self) -> str:
        return self.place.name

    @property
    def fragment(self) -> str:
        return self.place.fragment

    @property
    def variant(self) -> Variant:
        return self.place.variant


class PanelMaker:
    """Makes panel views from outcomes, with the titles and fallbacks of the manifests.

    Args:
        book: accepted manifests.
        is_essential: whether the operator marked a fragment as essential.
        jitter: a number from 0 to 1 for each call, so that a thousand panels do not try again together.

    """

    def __init__(
        self,
        book: ManifestBook,
        *,
        is_essential: Callable[[str], bool] = lambda _fragment: False,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._book = book
        self._is_essential = is_essential
        self._jitter = jitter

    def loading(self, place: Place, *, ticket: str = "") -> PanelView:
        """The skeleton that fetches its content once the page is there."""
        return self._view(place, "loading", url=place.url(ticket=ticket or NO_TICKET))

    def of(self, place: Place, outcome: SlotOutcome, *, attempt: int = 1, reference: str = "") -> PanelView:
        """The panel that an outcome becomes."""
        match outcome:
            case Fresh(content):
                view = self._answered(place, content)
            case Stale(content, as_of, age_s, reason):
                view = replace(
                    self._answered(place, content),
                    state="stale",
                    reason=reason,
                    as_of=as_of.isoformat(timespec="seconds").replace("+00:00", "Z"),
                    age_s=age_s,
                    age_words=age_words(age_s),
                )
            case Unavailable(reason):
                html = self._book.fallback(place.fragment, place.slot)
                view = self._view(place, "unavailable", reason=reason, html=html)
            case SignedOut():
                view = self._view(place, "signed-out")
        if view.state not in HEALING_STATES:
            return replace(view, reference=reference)
        wait_s = retry_wait_s(attempt, self._jitter())
        if isinstance(outcome, Unavailable) and outcome.reason == "breaker_open" and _is_on_probe(outcome):
            wait_s = min(wait_s, ON_PROBE_RETRY_S + round(self._jitter() * ON_PROBE_RETRY_S))
        url = place.url(attempt=attempt + 1)
        return replace(view, html=marked(view), attempt=attempt, retry_in_s=wait_s, url=url, reference=reference)

    def blocked(self, place: Place, *, sentence: str, reason: str, reference: str, again: Again | None) -> PanelView:
        """An action that was not carried out: what happened, and the form to send again where that is safe."""
        view = replace(self._view(place, "blocked", reason=reason), sentence=sentence, reference=reference)
        return view if again is None else replace(view, kept=again.fields, action_url=again.url)

    def _answered(self, place: Place, content: SlotContent) -> PanelView:
        state: Mapping[str, PanelState] = {"fresh": "fresh", "degraded": "degraded", "empty": "empty"}
        view = self._view(place, state[content.state], html=content.html)
        return replace(view, feed=content.feed or "", as_of=content.as_of or "")

    def _view(
        self, place: Place, state: PanelState, *, html: str = "", reason: str = "", url: str | None = None
    ) -> PanelView:
        spec = self._book.slot(place.fragment, place.slot) or _unseen(place.slot)
        return PanelView(
            place=place,
            title=spec.title,
            state=state,
            reason=reason,
            html=html,
            url=place.url() if url is None else url,
            refresh_events=spec.refresh_on,
            min_height_rem=spec.min_height_rem,
            is_essential=spec.essential or self._is_essential(place.fragment),
        )


def _unseen(slot: str) -> SlotSpec:
    """What can be said of a slot whose fragment has never answered."""
    return SlotSpec(name=slot, path="", title=slot.replace("_", " ").capitalize(), timeout_ms=1, fallback="")


def retry_wait_s(attempt: int, jitter: float) -> int:
    """Whole seconds until the panel's next attempt: 4, 8, 16 … 60, each up to a quarter sooner or later."""
    wait_s = min(LAST_RETRY_S, FIRST_RETRY_S << min(attempt - 1, 10))
    return max(1, min(LAST_RETRY_S, round(wait_s * (0.75 + jitter / 2))))


def _is_on_probe(outcome: Unavailable) -> bool:
    return outcome.retry_after_s is not None and outcome.retry_after_s <= ON_PROBE_WITHIN_S


def age_words(age_s: int) -> str:
    """An age as a person says it; rounded down, so that nothing looks older than it is."""
    for size_s, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if age_s >= size_s:
            return f"{age_s // size_s} {unit} ago"
    return f"{age_s} s ago"
