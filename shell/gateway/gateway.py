"""The second border: every way in which a fragment can fail becomes a value here, and nothing is raised."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fragment_kit.contract.outcome import Unavailable
from fragment_kit.resilience.clock import MONOTONIC, Clock
from fragment_kit.resilience.deadline import Deadline
from shell.gateway.calls import ActionCall, Refused, SlotCall, Trail, Unknown, Unreachable
from shell.gateway.cooldowns import Cooldowns
from shell.gateway.failures import CallFailed
from shell.gateway.hop import FaultHook, Hop
from shell.gateway.replies import ACTION_BODIES, action_reply
from shell.gateway.request_headers import action_headers, check_path
from shell.gateway.slot_fetch import SlotFetcher
from shell.gateway.upstream import UpstreamRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from fragment_kit.resilience.breaker_board import BreakerBoard
    from shell.gateway.calls import ActionOutcome, SlotOutcome
    from shell.gateway.directory import UpstreamDirectory
    from shell.gateway.markup import MarkupPolicies
    from shell.gateway.passports import PassportOffice
    from shell.gateway.stale_store import StaleStore

log = logging.getLogger("croupier.gateway")


class Gateway:
    """Asks fragments for slots and carries actions to them.

    Args:
        upstreams: the registered fragments.
        breakers: watch and override them there; the gateway only asks them.
        stale_store: copies of good answers; purge them there.
        markup: the HTML policy per fragment.
        passports: signs who the player is.
        fault_hook: rehearsals, only where faults are enabled.
        on_version: called with fragment and version when a fragment answers with another version than before.
        clock: measures deadlines.

    """

    def __init__(
        self,
        *,
        upstreams: UpstreamDirectory,
        breakers: BreakerBoard,
        stale_store: StaleStore,
        markup: MarkupPolicies,
        passports: PassportOffice,
        fault_hook: FaultHook | None = None,
        on_version: Callable[[str, str], None] | None = None,
        clock: Clock = MONOTONIC,
    ) -> None:
        self.hop = Hop(upstreams=upstreams, breakers=breakers, fault_hook=fault_hook, clock=clock)
        self._cooldowns = Cooldowns(clock=clock)
        self._slots = SlotFetcher(
            hop=self.hop,
            store=stale_store,
            markup=markup,
            passports=passports,
            cooldowns=self._cooldowns,
            on_version=on_version,
        )
        self._markup = markup
        self._store = stale_store
        self._passports = passports
        self._clock = clock

    async def fetch(self, call: SlotCall, trail: Trail | None = None) -> SlotOutcome:
        """A slot's content, or what stands in for it; raises nothing but CancelledError.

        `trail` is filled with how it went; hand it to `proof.proof_headers` with the outcome.
        """
        trail = trail if trail is not None else Trail()
        began_s = self._clock.monotonic()
        try:
            return await self._slots.fetch(call, Deadline.after_ms(call.timeout_ms, self._clock), trail)
        except Exception:
            log.exception("the gateway broke on %s.%s", call.fragment, call.slot)
            return Unavailable("contract", "the gateway itself broke; see the log")
        finally:
            trail.took_ms = (self._clock.monotonic() - began_s) * 1000

    def forget_session(self, session: str) -> None:
        """Let go of everything that was kept for a session which has ended: its copies and its passports."""
        self._store.purge(session=session)
        self._passports.forget_session(session)

    async def act(self, call: ActionCall, trail: Trail | None = None) -> ActionOutcome:
        """Carry an action to its fragment, once; raises nothing but CancelledError. `trail` as in `fetch`."""
        trail = trail if trail is not None else Trail()
        began_s = self._clock.monotonic()
        try:
            return await self._act(call, Deadline.after_ms(call.timeout_ms, self._clock), trail)
        except CallFailed as failure:
            if failure.was_sent:
                return Unknown(failure.reason, failure.detail)
            return Unreachable(failure.reason, failure.detail, failure.retry_after_s)
        except Exception:
            log.exception("the gateway broke on an action of %s", call.fragment)
            return Unknown("contract", "the gateway itself broke; see the log")
        finally:
            trail.took_ms = (self._clock.monotonic() - began_s) * 1000

    async def _act(self, call: ActionCall, deadline: Deadline, trail: Trail) -> ActionOutcome:
        part = f"{call.method} {call.path.partition('?')[0]}"
        whom = (call.fragment, part, call.player or "", call.session or "", call.partition)
        left_s = self._cooldowns.left_s(whom)
        if left_s > 0:
            return Refused(429, left_s)
        check_path(call.path)

        def make_request() -> UpstreamRequest:
            sent = action_headers(call, passport=self._passports.for_call(call), deadline=deadline)
            return UpstreamRequest(
                method=call.method, path=call.path, headers=sent, body=call.body, reads_body_of=ACTION_BODIES
            )

        outcome = await self.hop.exchange(
            call,
            part=part,
            make_request=make_request,
            read=lambda response: action_reply(response, call, self._markup),
            deadline=deadline,
            trail=trail,
        )
        if isinstance(outcome, Refused):
            self._cooldowns.note(whom, outcome.status, outcome.retry_after_s)
        return outcome
