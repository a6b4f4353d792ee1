"""The cases: who composes what, and which figures of ours have to hold against which of theirs."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bench.compose.croupier import flaws
from bench.compose.decks import CACHEABLE, OUTAGE, OWN, SHARED
from bench.compose.load import Target, measure
from bench.compose.processes import CannotMeasure
from bench.compose.verdicts import Verdict, at_least, at_most

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bench.compose.croupier import Croupier
    from bench.compose.load import Reading
    from bench.compose.peers import Peers
    from bench.compose.processes import Programs, Started
    from bench.compose.upstreams import Upstreams

HTMX: Final = {"HX-Request": "true"}
OURS: Final = "croupier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A case's readings by system, in the order of the table, and what became of its targets."""

    title: str
    readings: Mapping[str, Reading]
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Everything a case needs; `rounds` times `seconds` for each system."""

    programs: Programs
    upstreams: Upstreams
    peers: Peers
    croupier: Croupier
    rounds: int
    seconds: int

    def measure(self, *targets: Target) -> dict[str, Reading]:
        return measure(self.programs, targets, rounds=self.rounds, seconds=self.seconds)

    @contextmanager
    def running(self) -> Iterator[None]:
        """What starts inside ends with the case, so that it does not disturb the next one."""
        before = self.programs.names
        try:
            yield
        finally:
            self.programs.stop(*[name for name in self.programs.names if name not in before])


def pages(bench: Bench) -> Result:
    """The same four fragments, `no-store`, on one page."""
    all_four = [slot.marker for slot in OWN.on_page]
    own, shared = bench.croupier.start(OWN), bench.croupier.start(SHARED)
    before_kb = bench.programs.memory_kb(own.program)
    readings = bench.measure(
        Target(name=OURS, system=own, contains=all_four),
        Target(name=f"{OURS}, slots shared", system=shared, contains=all_four),
        Target(name="node-tailor", system=bench.peers.tailor(OWN), contains=all_four),
        Target(name="@podium/layout", system=bench.peers.podium(OWN), contains=all_four),
        Target(name="nginx SSI", system=bench.peers.nginx(OWN), contains=all_four),
        Target(name="Varnish ESI, pass", system=bench.peers.varnish(OWN, fragments="pass"), contains=all_four),
    )
    _must_be_full(own)
    _must_be_full(shared)
    ours = readings[OURS].per_s
    grown_kb = bench.programs.memory_kb(own.program) - before_kb
    return Result(
        title="Page of four fragments, no-store",
        readings=readings,
        verdicts=(
            at_least("pages against node-tailor", ours / readings["node-tailor"].per_s, 1.5),
            at_least("pages against @podium/layout", ours / readings["@podium/layout"].per_s, 3.0),
            at_most("memory grown over the case, MB", grown_kb / 1000, 40.0),
        ),
    )


def outage(bench: Bench) -> Result:
    """The same page while one of the four never answers; 300 ms is the time it has."""
    three = [slot.marker for slot in OUTAGE.on_page if not slot.hangs]
    readings = bench.measure(
        Target(name=f"{OURS}, all well", system=bench.croupier.start(OWN)),
        Target(name=OURS, system=bench.croupier.start(OUTAGE), contains=three),
        Target(name="node-tailor", system=bench.peers.tailor(OUTAGE), contains=three),
        Target(name="@podium/layout", system=bench.peers.podium(OUTAGE), contains=three),
        Target(name="nginx SSI", system=bench.peers.nginx(OUTAGE), contains=three),
        Target(name="Varnish ESI, pass", system=bench.peers.varnish(OUTAGE, fragments="pass"), contains=three),
    )
    return Result(
        title="The same with one fragment hanging (300 ms)",
        readings=readings,
        verdicts=(
            at_least("outage against all well", readings[OURS].per_s / readings[f"{OURS}, all well"].per_s, 0.8),
            at_most("outage p99, ms", readings[OURS].p99_ms, 50.0),
        ),
    )


def panels(bench: Bench) -> Result:
    """One panel through the proxy; ours guards, cleans and frames it as well."""
    slot = next(slot for slot in OWN.on_page if slot.name == "games")
    content = [slot.marker]
    ours, theirs = bench.croupier.start(OWN), bench.peers.http_proxy(OWN, slot)
    direct = bench.upstreams.started(OWN, slot)
    panel = f"/f/{slot.fragment}/{slot.name}"
    readings = bench.measure(
        Target(name=OURS, system=ours, path=panel, headers=HTMX, contains=content),
        Target(name="@fastify/http-proxy", system=theirs, contains=content),
        Target(name="nginx proxy_pass", system=bench.peers.nginx(OWN), path=slot.path, contains=content),
        Target(name=f"{OURS}, 4 connections", system=ours, path=panel, headers=HTMX, connections=4, contains=content),
        Target(name="the fragment itself, 4 connections", system=direct, connections=4, contains=content),
    )
    _must_be_full(ours)
    added_ms = readings[f"{OURS}, 4 connections"].p50_ms - readings["the fragment itself, 4 connections"].p50_ms
    return Result(
        title="One panel through the proxy",
        readings=readings,
        verdicts=(
            at_least("panels against http-proxy", readings[OURS].per_s / readings["@fastify/http-proxy"].per_s, 0.7),
            at_most("added to the fragment's p50, ms", added_ms, 1.0),
        ),
    )


def cacheable(bench: Bench) -> Result:
    """All four slots may be shared and kept for an hour."""
    all_four = [slot.marker for slot in CACHEABLE.on_page]
    ours = bench.croupier.start(CACHEABLE)
    readings = bench.measure(
        Target(name=OURS, system=ours, contains=all_four),
        Target(name="Varnish ESI, cached", system=bench.peers.varnish(CACHEABLE, fragments="hash"), contains=all_four),
    )
    _must_be_full(ours)
    ratio = readings[OURS].per_s / readings["Varnish ESI, cached"].per_s
    return Result(
        title="All four shared and cacheable",
        readings=readings,
        verdicts=(at_least("pages against Varnish ESI, cached", ratio, 1.0),),
    )


def signed_in(bench: Bench) -> Result:
    """A signed-in player's home page: four shared and cacheable, two personal ones in the header.

    One of each more than the target asks for: there is no page of the shell with fewer.
    """
    everything = [slot.marker for slot in CACHEABLE.slots]
    all_four = [slot.marker for slot in OWN.on_page]
    cookie = {"Cookie": bench.croupier.sign_in()}
    ours = bench.croupier.start(CACHEABLE)
    readings = bench.measure(
        Target(name=OURS, system=ours, headers=cookie, contains=everything),
        Target(name="node-tailor", system=bench.peers.tailor(OWN), contains=all_four),
    )
    _must_be_full(ours)
    ratio = readings[OURS].per_s / readings["node-tailor"].per_s
    return Result(
        title="Signed in: four shared slots and two personal",
        readings=readings,
        verdicts=(at_least("pages against node-tailor", ratio, 2.0),),
    )


def _must_be_full(shell: Started) -> None:
    """Pages with holes would be quick; the shell's own counters say how many there were."""
    found = flaws(shell.url)
    if found:
        raise CannotMeasure("Too many panels were not complete, so the figures would flatter:\n" + "\n".join(found))


CASES: Final[Mapping[str, Callable[[Bench], Result]]] = {
    "pages": pages,
    "outage": outage,
    "panels": panels,
    "cacheable": cacheable,
    "signed-in": signed_in,
}
