"""One guarded exchange with a fragment: breaker, places, retry, deadline; and the book-keeping of how it went."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from fragment_kit.resilience.breaker_board import BreakerBoard, BreakerKey
from fragment_kit.resilience.bulkhead import Bulkhead
from fragment_kit.resilience.clock import MONOTONIC, Clock
from fragment_kit.resilience.retry_budget import RetryBudget
from shell.gateway.failures import CallFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from fragment_kit.contract.outcome import Reason
    from fragment_kit.resilience.breaker import Ticket
    from fragment_kit.resilience.deadline import Deadline
    from shell.gateway.calls import ActionCall, SlotCall, Trail
    from shell.gateway.directory import UpstreamDirectory, Way
    from shell.gateway.upstream import RawResponse, Upstream, UpstreamRequest

T = TypeVar("T")

PLACES_PER_FRAGMENT: Final = 32
PLACES_IN_ALL: Final = 256
QUEUE_MS_MAX: Final = 50
SLOW_PART: Final = 0.8
RETRYABLE: Final = frozenset({"connection_refused", "connection_reset"})
RETRY_PAUSE_S: Final = (0.005, 0.02)
FAIR_CHANCE_MS: Final = 100  # a timeout after less than this says more about our own queue than about the fragment


class FaultHook(Protocol):
    """Rehearsals may put something between the guards and the wire."""

    def wrap(self, upstream: Upstream, call: SlotCall | ActionCall) -> Upstream:
        """The upstream to use for this call; the same one when its plan names no fault here."""
        ...


class Hop:
    """The way to all fragments, with everything that bounds it.

    Args:
        upstreams: the registered fragments.
        breakers: one per slot or action, and fault plan.
        fault_hook: only where faults are enabled.
        clock: measures waits and slowness.

    """

    def __init__(
        self,
        *,
        upstreams: UpstreamDirectory,
        breakers: BreakerBoard,
        fault_hook: FaultHook | None = None,
        clock: Clock = MONOTONIC,
    ) -> None:
        self.breakers = breakers
        self._upstreams = upstreams
        self._fault_hook = fault_hook
        self._clock = clock
        self._places_in_all = Bulkhead(PLACES_IN_ALL, queue_max=PLACES_IN_ALL)
        self._places: dict[str, Bulkhead] = {}
        self._budgets: dict[str, RetryBudget] = {}

    async def exchange(
        self,
        call: SlotCall | ActionCall,
        *,
        part: str,
        make_request: Callable[[], UpstreamRequest],
        read: Callable[[RawResponse], T],
        deadline: Deadline,
        trail: Trail,
    ) -> T:
        """What `read` makes of the fragment's response; raises CallFailed.

        `part` names the breaker within the fragment. `make_request` is called once a place is free, so that the
        milliseconds it promises are really left. `read` raises CallFailed for a response that breaks the contract.
        """
        way = self._upstreams.way(call.fragment, call.player)
        if way is None:
            raise _ours("not_registered", f"no fragment {call.fragment!r} is registered")
        name = f"{part} ({way.side})" if way.side else part
        breaker = self.breakers.get(BreakerKey(group=call.fragment, name=name, partition=call.partition))
        trail.breaker = breaker.state
        ticket = breaker.admit(deadline.remaining_s())
        if ticket is None:
            raise _ours("breaker_open", "the breaker is open", retry_after_s=breaker.retry_after_s())
        if self._fault_hook is not None and call.fault_plan is not None:
            way = replace(way, upstream=self._fault_hook.wrap(way.upstream, call))
        try:
            result = read(await self._in_a_place(way, call, make_request, deadline, trail))
        except CallFailed as failure:
            self._judge(ticket, failure, call.timeout_ms)
            raise
        else:
            ticket.succeeded(slow=self._took_s(ticket) > SLOW_PART * ticket.limit_s)
            return result
        finally:
            ticket.release()  # a caller who left, or a fault of ours, says nothing about the fragment

    def gauges(self) -> dict[str, tuple[int, int]]:
        """Places in use and callers waiting, by fragment (and canary); "" is the whole shell."""
        every = {"": self._places_in_all, **self._places}
        return {name: (places.in_use, places.waiting) for name, places in every.items()}

    async def _in_a_place(
        self,
        way: Way,
        call: SlotCall | ActionCall,
        make_request: Callable[[], UpstreamRequest],
        deadline: Deadline,
        trail: Trail,
    ) -> RawResponse:
        whose = f"{call.fragment} {way.side}" if way.side else call.fragment
        places = self._places.get(whose)
        if places is None:
            places = self._places[whose] = Bulkhead(PLACES_PER_FRAGMENT)
        if not places.try_enter():
            await self._queue(places, deadline, trail, f"{whose} is full")
        try:
            if not self._places_in_all.try_enter():
                await self._queue(self._places_in_all, deadline, trail, "the shell is full")
            try:
                return await self._send(way.upstream, whose, make_request, deadline, trail)
            finally:
                self._places_in_all.leave()
        finally:
            places.leave()

    async def _queue(self, places: Bulkhead, deadline: Deadline, trail: Trail, detail: str) -> None:
        began_s = self._clock.monotonic()
        wait_s = min(deadline.remaining_s(), max(0.0, QUEUE_MS_MAX - trail.queued_ms) / 1000)
        has_place = await places.enter(wait_s)
        trail.queued_ms += (self._clock.monotonic() - began_s) * 1000
        if not has_place:
            raise _ours("bulkhead_full", detail, retry_after_s=1.0)

    async def _send(
        self,
        upstream: Upstream,
        whose: str,
        make_request: Callable[[], UpstreamRequest],
        deadline: Deadline,
        trail: Trail,
    ) -> RawResponse:
        budget = self._budgets.get(whose)
        if budget is None:
            budget = self._budgets[whose] = RetryBudget(clock=self._clock)
        budget.count_call()
        request = make_request()
        while True:
            trail.attempts += 1
            try:
                response = await upstream.send(request, deadline)
            except CallFailed as failure:
                trail.status = failure.status
                is_safe = request.method == "GET" and not failure.has_answer and failure.reason in RETRYABLE
                if not (is_safe and trail.attempts == 1 and not deadline.has_passed() and budget.take()):
                    raise
                await asyncio.sleep(random.uniform(*RETRY_PAUSE_S))  # noqa: S311 -- spreads retries, guards nothing
            else:
                trail.status = response.status
                return response

    def _judge(self, ticket: Ticket, failure: CallFailed, timeout_ms: int) -> None:
        fair_chance_s = min(FAIR_CHANCE_MS, timeout_ms / 2) / 1000
        if not failure.is_theirs or (failure.reason == "timeout" and ticket.limit_s < fair_chance_s):
            ticket.release()
            return
        slow = self._took_s(ticket) > SLOW_PART * ticket.limit_s
        pause_s = failure.retry_after_s if failure.status == 503 else None  # noqa: PLR2004
        ticket.failed(retry_after_s=pause_s or 0.0, slow=slow)

    def _took_s(self, ticket: Ticket) -> float:
        return self._clock.monotonic() - ticket.started_s


def _ours(reason: Reason, detail: str, *, retry_after_s: float | None = None) -> CallFailed:
    return CallFailed(
        reason=reason,
        detail=detail,
        was_sent=False,
        has_answer=False,
        is_theirs=False,
        retry_after_s=retry_after_s,
    )
