"""Fetches one slot: from a fresh copy, from the fragment, or, when that fails, from what its policy still allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from fragment_kit.contract.errors import DeadlinePassed
from fragment_kit.contract.outcome import Fresh, Stale, Unavailable
from fragment_kit.resilience.single_flight import SingleFlight
from shell.gateway import copies
from shell.gateway.calls import SignedOut, SlotCall, SlotContent, Trail
from shell.gateway.failures import CallFailed
from shell.gateway.replies import SLOT_BODIES, NotModified, slot_reply
from shell.gateway.request_headers import check_path, slot_headers
from shell.gateway.upstream import UpstreamRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fragment_kit.resilience.deadline import Deadline
    from shell.gateway.calls import SlotOutcome
    from shell.gateway.cooldowns import Cooldowns
    from shell.gateway.hop import Hop
    from shell.gateway.markup import MarkupPolicies
    from shell.gateway.passports import PassportOffice
    from shell.gateway.stale_store import CopyKey, StaleStore, StoredCopy
    from shell.gateway.upstream import RawResponse


@dataclass(frozen=True, slots=True)
class _Reply:
    """What a flight brought home, and how: all who waited for it share both."""

    outcome: Fresh[SlotContent] | SignedOut
    trail: Trail


@dataclass(slots=True)
class _Errand:
    """One caller's wish, with everything that belongs to it."""

    call: SlotCall
    key: CopyKey
    copy: StoredCopy | None
    deadline: Deadline
    trail: Trail

    @property
    def whom(self) -> tuple[str, ...]:
        """Who must be left alone after a 429, and on whose behalf."""
        return (self.call.fragment, self.call.slot, self.key.player, self.key.session, self.call.partition)

    @property
    def etag(self) -> str | None:
        """The tag of the copy at hand; a rehearsal always asks for the whole."""
        return self.copy.content.etag if self.copy is not None and not self.call.partition else None


class SlotFetcher:
    """The reading half of the gateway.

    Args:
        hop: the guarded way to the fragments.
        store: copies of good answers.
        markup: the HTML policy per fragment.
        passports: signs who the player is.
        cooldowns: who asked to be left alone.
        on_version: called with fragment and version when a fragment answers with another version than before.

    """

    def __init__(
        self,
        *,
        hop: Hop,
        store: StaleStore,
        markup: MarkupPolicies,
        passports: PassportOffice,
        cooldowns: Cooldowns,
        on_version: Callable[[str, str], None] | None,
    ) -> None:
        self._hop = hop
        self._store = store
        self._markup = markup
        self._passports = passports
        self._cooldowns = cooldowns
        self._on_version = on_version
        self._flights: SingleFlight[_Reply] = SingleFlight()
        self._versions: dict[str, str] = {}

    async def fetch(self, call: SlotCall, deadline: Deadline, trail: Trail) -> SlotOutcome:
        """The slot's outcome; CallFailed is caught here."""
        key = copies.key_of(call)
        errand = _Errand(call=call, key=key, copy=self._store.get(key), deadline=deadline, trail=trail)
        hit = self._fresh_copy(errand)
        if hit is not None:
            return hit
        try:
            return await (self._share(errand) if call.is_shared else self._ask(errand))
        except CallFailed as failure:
            return self._instead(errand, failure)
        except DeadlinePassed:
            return self._instead(errand, CallFailed(reason="timeout", detail="waited for another player's call"))

    def _fresh_copy(self, errand: _Errand) -> Fresh[SlotContent] | None:
        copy = errand.copy
        if copy is None or not errand.call.is_shared or errand.call.partition:
            return None
        fresh_s = self._store.fresh_s(copy)
        if fresh_s <= 0:
            return None
        errand.trail.cache, errand.trail.ttl_s = "hit", int(fresh_s)
        return Fresh(copy.content, copy.as_of)

    async def _share(self, errand: _Errand) -> Fresh[SlotContent] | SignedOut:
        async def fly() -> _Reply:
            return _Reply(await self._ask(errand), errand.trail)

        flight = (errand.key, errand.call.partition)
        if not self._flights.is_flying(flight):
            # No second deadline here: were it to fire first, the flight would end as "everybody left" and the
            # breaker would never hear of the fragment that was too slow.
            return (await self._flights.run(flight, fly)).outcome
        async with errand.deadline.enforced():
            reply = await self._flights.run(flight, fly)
        own, theirs = errand.trail, reply.trail
        own.status, own.breaker, own.cache = theirs.status, theirs.breaker, "collapsed"
        return reply.outcome

    async def _ask(self, errand: _Errand) -> Fresh[SlotContent] | SignedOut:
        call, deadline = errand.call, errand.deadline
        check_path(call.path)
        self._cooldowns.respect(errand.whom)

        def make_request() -> UpstreamRequest:
            sent = slot_headers(call, passport=self._passports.for_call(call), deadline=deadline, etag=errand.etag)
            return UpstreamRequest(method="GET", path=call.path, headers=sent, reads_body_of=SLOT_BODIES)

        def read(response: RawResponse) -> tuple[SlotContent | SignedOut | NotModified, Mapping[str, str]]:
            reply = slot_reply(response, call, self._markup)
            if isinstance(reply, NotModified) and errand.etag is None:
                raise CallFailed(reason="bad_status", detail="304 to a request without If-None-Match", status=304)
            return reply, response.headers

        try:
            reply, headers = await self._hop.exchange(
                call, part=call.slot, make_request=make_request, read=read, deadline=deadline, trail=errand.trail
            )
        except CallFailed as failure:
            self._cooldowns.note(errand.whom, failure.status, failure.retry_after_s)
            raise
        return self._accept(errand, reply, headers)

    def _accept(
        self, errand: _Errand, reply: SlotContent | SignedOut | NotModified, headers: Mapping[str, str]
    ) -> Fresh[SlotContent] | SignedOut:
        if isinstance(reply, SignedOut):
            self._drop(errand)
            return reply
        if isinstance(reply, NotModified):
            content = replace(cast("StoredCopy", errand.copy).content, emits=(), server_timing="")
            headers = {"cache-control": content.cache_control, **headers}
            errand.trail.cache = "revalidated"
        else:
            content = reply
            self._note_version(errand.call.fragment, content.version)
        self._keep(errand, content, headers)
        return Fresh(content, datetime.now(UTC))

    def _keep(self, errand: _Errand, content: SlotContent, headers: Mapping[str, str]) -> None:
        if not content.html:
            self._drop(errand)  # the panel is empty now; a copy from before would contradict that
            return
        keep_s, fresh_s = copies.shelf_life_s(errand.call, content, headers)
        if keep_s > 0 and self._store.put(errand.key, content, keep_s=keep_s, fresh_s=fresh_s):
            errand.trail.ttl_s = int(fresh_s)
            if errand.trail.cache == "none":
                errand.trail.cache = "stored"

    def _instead(self, errand: _Errand, failure: CallFailed) -> Stale[SlotContent] | Unavailable:
        errand.trail.status = failure.status
        stale = errand.call.stale
        if failure.forbids_copies:
            self._drop(errand)
        elif stale.policy != "never":
            copy = self._store.get(errand.key)
            if copy is not None and (age_s := self._store.age_s(copy)) <= stale.max_age_s:
                errand.trail.cache, errand.trail.ttl_s = "stale", int(self._store.fresh_s(copy))
                return Stale(copy.content, copy.as_of, age_s, failure.reason)
        return Unavailable(failure.reason, failure.detail, failure.retry_after_s)

    def _note_version(self, fragment: str, version: str) -> None:
        if version and self._versions.get(fragment) != version:
            self._versions[fragment] = version
            if self._on_version is not None:
                self._on_version(fragment, version)

    def _drop(self, errand: _Errand) -> None:
        if not errand.call.partition:  # a rehearsal never touches what others are shown
            self._store.drop(errand.key)
