"""A stage for the edge: real templates, manifests and composition around a gateway of the test's choice."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx

from fragment_kit.contract.manifest import parse_manifest
from fragment_kit.contract.outcome import Fresh
from shell.composition.wiring import assemble
from shell.gateway.calls import ActionCall, Answered, SlotCall, SlotContent
from shell.players.identity import PlayerSession, Whose
from shell.registry.manifest_book import Accepted, ManifestBook, Stylesheet
from shell.registry.registry_file import RegistryFile
from shell.upkeep.loops import Upkeep
from shell.upkeep.manifest_poller import ManifestPoller
from shell.upkeep.recovery import Recovery
from shell.upkeep.vigil import Vigil

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable, Mapping

    from shell.composition.edge import Edge, PlayerOf
    from shell.gateway.calls import ActionOutcome, SlotOutcome
    from shell.gateway.stale_store import StaleStore

ANA = PlayerSession(
    player="ana", session_hash="hash-of-ana", display_name="Ana <b>", started_at=datetime(2026, 11, 23, tzinfo=UTC)
)
ANSWERS_WITHIN_S = 5.0
SLOTS = {
    "wallet": ("balance", "standing", "topup", "history"),
    "live_dealer": ("tables",),
    "promotions": ("offers",),
    "lobby": ("games", "board"),
}


def fresh(html: str, **said: Any) -> Fresh[SlotContent]:
    return Fresh(SlotContent(html=html, **said), datetime.now(UTC))


@dataclass
class FakeGateway:
    """Answers every slot with its own name; `answers` and `actions` change that, `held` makes a slot wait."""

    answers: dict[str, SlotOutcome] = field(default_factory=dict)
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    action: ActionOutcome | Callable[[ActionCall], ActionOutcome] = field(
        default_factory=lambda: Answered(200, SlotContent(html="<p>done</p>"))
    )
    calls: list[SlotCall] = field(default_factory=list)
    acts: list[ActionCall] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    all_asked: asyncio.Event = field(default_factory=asyncio.Event)
    waits_for: int = 0

    async def fetch(self, call: SlotCall, trail: object = None) -> SlotOutcome:
        self.calls.append(call)
        if len(self.calls) == self.waits_for:
            self.all_asked.set()
        name = f"{call.fragment}.{call.slot}"
        try:
            if name in self.held:
                await self.held[name].wait()
        except asyncio.CancelledError:
            self.cancelled.append(name)
            raise
        return self.answers.get(name) or fresh(f"<p>{name} for {call.player}</p>")

    async def act(self, call: ActionCall, trail: object = None) -> ActionOutcome:
        self.acts.append(call)
        return self.action(call) if callable(self.action) else self.action


@dataclass
class Said:
    """What the edge sent: status, headers by name, and the body in its parts."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    has_begun: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def text(self) -> str:
        return "".join(self.parts)

    @property
    def data(self) -> dict[str, Any]:
        return json.loads(self.text)


class NoBreakers:
    def __init__(self) -> None:
        self.probed: list[str] = []

    def allow_probe_now(self, group: str) -> None:
        self.probed.append(group)


@dataclass
class Stage:
    gateway: FakeGateway
    book: ManifestBook
    edge: Edge
    recovery: Recovery
    player: Whose = None
    pending: list[asyncio.Future[Said]] = field(default_factory=list)

    async def ask(
        self, path: str, *, method: str = "GET", body: bytes = b"", said: Said | None = None, **headers: str
    ) -> Said:
        """One request; header names are written with underscores. `said` fills while the answer is on its way."""
        said = said or Said()
        route, _, query = path.partition("?")
        names = {name.replace("_", "-"): value for name, value in {"host": "localhost:8000", **headers}.items()}
        if body:
            names.setdefault("content-type", "application/x-www-form-urlencoded")
        scope = {
            "type": "http",
            "method": method,
            "path": route,
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in names.items()],
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                said.status = message["status"]
                pairs = [(name.decode(), value.decode("latin-1")) for name, value in message["headers"]]
                said.headers = dict(pairs)
                said.cookies = [value for name, value in pairs if name == "set-cookie"]
            else:
                said.parts.append(message["body"].decode())
                said.has_begun.set()

        async with asyncio.timeout(ANSWERS_WITHIN_S):
            await self.edge(scope, receive, send)
        return said

    def accept(self, name: str, *, css: bytes = b"a{}", **changes: Any) -> None:
        """A new manifest of a fragment is in force."""
        self.book.accept(name, accepted(name, css=css, **changes))

    async def beginning(self, path: str) -> Said:
        """The first part of an answer whose rest still waits for a fragment."""
        said = Said()
        self.pending.append(asyncio.ensure_future(self.ask(path, said=said)))
        await said.has_begun.wait()
        return said

    async def panel(self, name: str, query: str = "") -> Said:
        return await self.ask(f"/f/{name.replace('.', '/')}{query}", hx_request="true")

    async def post(self, path: str, body: str, **headers: str) -> Said:
        headers = {"hx_request": "true", "sec_fetch_site": "same-origin", **headers}
        return await self.ask(path, method="POST", body=body.encode(), **headers)


def manifest_data(name: str, **changes: Any) -> dict[str, Any]:
    slots: dict[str, Any] = {
        slot: {
            "path": f"/slots/{slot}",
            "title": slot.capitalize(),
            "timeout_ms": 400,
            "auth": "player" if name == "wallet" else "optional",
            "refresh_on": [f"{name}.changed"],
            "fallback": f"<p>{slot} is resting.</p>",
        }
        for slot in SLOTS[name]
    }
    actions = [{"path": "/acts", "methods": ["POST"], "timeout_ms": 900, "slot": SLOTS[name][-1], "needs_fresh": True}]
    emits = [f"{name}.changed", "other.changed"]
    data = {"contract": 1, "name": name, "version": "1.0.0", "slots": slots, "actions": actions, "emits": emits}
    return {**data, **changes}


def accepted(name: str, *, css: bytes = b"a{}", **changes: Any) -> Accepted:
    manifest = parse_manifest(manifest_data(name, **changes), strict=False, source="test")
    fallbacks = {slot: f"<div>{spec.fallback}</div>" for slot, spec in manifest.slots.items()}
    return Accepted(manifest=manifest, fallbacks=fallbacks, stylesheets=(Stylesheet.of(f"/static/{name}.css", css),))


async def _to_nobody(_slots: object, _spread_ms: int) -> None:
    return None


def _upkeep(client: httpx.AsyncClient, *, file: RegistryFile, book: ManifestBook, poller: ManifestPoller) -> Upkeep:
    return Upkeep(
        file=file,
        book=book,
        poller=poller,
        recovery=Recovery(client, registry=lambda: file.current, breakers=NoBreakers(), announce=_to_nobody),
        vigil=Vigil(client, registry=lambda: file.current, slots_of=book.slots_of, announce=_to_nobody),
        apply=lambda _: None,
        close=client.aclose,
    )


def make_stage(
    folder: pathlib.Path,
    *,
    seen: tuple[str, ...] = tuple(SLOTS),
    budget_ms: int = 60,
    gateway: Any = None,
    urls: Mapping[str, str] | None = None,
    trusts_edge: bool = False,
    player_of: PlayerOf | None = None,
    copies: StaleStore | None = None,
) -> Stage:
    """A stage whose files are in `folder`; `urls` are the fragments' addresses, where somebody asks for them."""
    path = folder / "fragments.toml"
    listed = urls or dict.fromkeys(SLOTS, "http://127.0.0.1:9")
    path.write_text("".join(f'[fragments.{name}]\nurl = "{url}"\n' for name, url in listed.items()))
    file = RegistryFile(path, keep=folder / "kept.toml")
    book = ManifestBook(folder / "registry")
    for name in seen:
        book.accept(name, accepted(name))
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _request: httpx.Response(503)))
    poller = ManifestPoller(book, client, clean=lambda _name, html: html)

    upkeep = _upkeep(client, file=file, book=book, poller=poller)
    asked = gateway or FakeGateway()
    stage: Stage

    async def the_one_player(_scope: object) -> Whose:
        return stage.player

    edge = assemble(
        asked,
        copies=copies,
        upkeep=upkeep,
        poller=poller,
        player_of=player_of or the_one_player,
        budget_ms=budget_ms,
        trusts_edge=trusts_edge,
    )
    stage = Stage(asked, book, edge, upkeep.recovery)
    return stage
