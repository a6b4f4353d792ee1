"""A gateway with real parts around it, for tests that talk to real sockets."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fragment_kit.contract.manifest import StalePolicy
from fragment_kit.resilience.breaker_board import BreakerBoard
from fragment_kit.resilience.breaker_rules import BreakerRules
from fragment_kit.resilience.clock import MONOTONIC, Clock
from shell.gateway.calls import ActionCall, SlotCall, Trail
from shell.gateway.directory import Upstreams
from shell.gateway.gateway import Gateway
from shell.gateway.markup import MarkupPolicies
from shell.gateway.passports import PassportOffice
from shell.gateway.stale_store import StaleStore
from shell.registry.entries import Canary, RegistryEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shell.gateway.calls import SlotOutcome
    from shell.gateway.upstream import Upstream

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
FOR_AN_HOUR = StalePolicy(policy="labelled", max_age_s=3600)
NEVER_OPENS = BreakerRules(calls_min=10**9)


@dataclass
class Bench:
    """A gateway and the parts that a test looks into."""

    gateway: Gateway
    breakers: BreakerBoard
    store: StaleStore
    upstreams: Upstreams
    versions: list[tuple[str, str]] = field(default_factory=list)

    async def fetch(self, path: str = "/slots/games", **own: Any) -> tuple[SlotOutcome, Trail, float]:
        """An outcome, its trail, and how many milliseconds it took."""
        trail = Trail()
        began_s = time.monotonic()
        outcome = await self.gateway.fetch(slot_call(path, **own), trail)
        return outcome, trail, (time.monotonic() - began_s) * 1000


def bench(
    *urls: str,
    fragment: str = "lobby",
    rules: BreakerRules = NEVER_OPENS,
    clock: Clock = MONOTONIC,
    make: Callable[[Sequence[str]], Upstream] | None = None,
    canary: Canary | None = None,
) -> Bench:
    """A gateway that knows one fragment at these addresses."""
    upstreams = Upstreams(make) if make else Upstreams()
    upstreams.replace({fragment: RegistryEntry(name=fragment, addresses=urls, canary=canary)})
    markup = MarkupPolicies()
    markup.register(fragment, trust="first-party")
    breakers, store = BreakerBoard(rules, clock=clock), StaleStore(clock=clock)
    versions: list[tuple[str, str]] = []
    gateway = Gateway(
        upstreams=upstreams,
        breakers=breakers,
        stale_store=store,
        markup=markup,
        passports=PassportOffice(KEY, clock=clock),
        on_version=lambda name, version: versions.append((name, version)),
        clock=clock,
    )
    return Bench(gateway=gateway, breakers=breakers, store=store, upstreams=upstreams, versions=versions)


def slot_call(path: str = "/slots/games", **own: Any) -> SlotCall:
    """A call for a slot of the lobby by Ana."""
    usual: dict[str, Any] = {
        "fragment": "lobby",
        "slot": "games",
        "timeout_ms": 300,
        "request_id": "req-1",
        "player": "ana",
        "session": "ana-1",
    }
    return SlotCall(path=path, **(usual | own))


def action_call(path: str = "/optins", **own: Any) -> ActionCall:
    """A form that Ana sends to the lobby."""
    usual: dict[str, Any] = {
        "fragment": "lobby",
        "method": "POST",
        "body": b"idempotency_key=1",
        "content_type": "application/x-www-form-urlencoded",
        "idempotency_key": "1",
        "timeout_ms": 300,
        "request_id": "req-1",
        "player": "ana",
        "session": "ana-1",
    }
    return ActionCall(path=path, **(usual | own))
