"""A floor of four fragments on real sockets behind the real gateway and the real edge."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fragment_kit.resilience.breaker_board import BreakerBoard
from fragment_kit.resilience.clock import MONOTONIC, Clock
from shell.gateway.directory import Upstreams
from shell.gateway.gateway import Gateway
from shell.gateway.markup import MarkupPolicies
from shell.gateway.passports import PassportOffice
from shell.gateway.stale_store import StaleStore
from tests.shell.composition.stage import ANA, SLOTS, Stage, make_stage
from tests.shell.gateways import KEY, NEVER_OPENS
from tests.shell.hostile import Conversation, HostileFragment, hostile_fragment

if TYPE_CHECKING:
    import pathlib
    from collections.abc import AsyncIterator, Awaitable, Callable

    from fragment_kit.resilience.breaker_rules import BreakerRules

PANEL = re.compile(r'<section id="panel-[^"]*" class="panel.*?</section>', re.DOTALL)
NAME = re.compile(r'data-panel="([^"]+)"')
STATE = re.compile(r'data-state="([^"]+)"')
OFFERED = {f"{fragment}.{slot}" for fragment, slots in SLOTS.items() for slot in slots}


@dataclass
class Floor:
    """Ana's floor: every slot of a fragment behaves like the fragment until a test says otherwise."""

    stage: Stage
    gateway: Gateway
    fragments: dict[str, HostileFragment]
    store: StaleStore

    def behave(self, fragment: str, conduct: Callable[[Conversation], Awaitable[None]] | None) -> None:
        """Every slot of `fragment` does this from now on; None is the best of manners."""
        for slot in SLOTS[fragment]:
            self.fragments[fragment].conducts[slot] = conduct or manners(fragment, slot)

    async def panels(self, page: str) -> dict[str, str]:
        """The panels of a whole page by name, byte for byte, those of slots that nobody offers here left out."""
        said = await self.stage.ask(page)
        assert said.status == 200
        assert said.text.rstrip().endswith("</html>")
        found = {NAME.search(panel)[1]: panel for panel in PANEL.findall(said.text)}
        return {name: panel for name, panel in found.items() if name in OFFERED}


def manners(fragment: str, slot: str) -> Callable[[Conversation], Awaitable[None]]:
    async def conduct(c: Conversation) -> None:
        await c.answer(f"<div>{fragment} {slot} is well</div>")

    return conduct


def state_of(panel: str) -> str:
    return STATE.search(panel)[1]


@asynccontextmanager
async def open_floor(
    folder: pathlib.Path, *, rules: BreakerRules = NEVER_OPENS, clock: Clock = MONOTONIC, **stage_options: Any
) -> AsyncIterator[Floor]:
    """All four fragments behave at first."""
    async with AsyncExitStack() as stack:
        fragments = {name: await stack.enter_async_context(hostile_fragment()) for name in SLOTS}
        upstreams, markup, store = Upstreams(), MarkupPolicies(), StaleStore(clock=clock)
        gateway = Gateway(
            upstreams=upstreams,
            breakers=BreakerBoard(rules),
            stale_store=store,
            markup=markup,
            passports=PassportOffice(KEY),
        )
        urls = {name: fragment.url for name, fragment in fragments.items()}
        stage = make_stage(folder, gateway=gateway, urls=urls, copies=store, **stage_options)
        upstreams.replace(stage.edge.upkeep.registry.fragments)
        stage.player = ANA
        floor = Floor(stage, gateway, fragments, store)
        for name in SLOTS:
            markup.register(name, trust="first-party")
            floor.behave(name, None)
        yield floor
