"""Builds the edge from the settings: the one place where its parts meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings

from fragment_kit.contract.errors import SettingRefused
from fragment_kit.contract.passport import private_key_from_text
from fragment_kit.resilience.breaker_board import BreakerBoard
from shell.composition.action_desk import ActionDesk
from shell.composition.actions import Actions
from shell.composition.at_hand import AtHand
from shell.composition.compose import Composer
from shell.composition.dealer import Dealer
from shell.composition.download_desk import DownloadDesk
from shell.composition.edge import Edge
from shell.composition.edge_includes import EdgeIncludes
from shell.composition.finished import FinishedPanels
from shell.composition.page_desk import PageDesk
from shell.composition.pages import PageCutter
from shell.composition.panel_press import PanelPress
from shell.composition.panels import PanelMaker
from shell.composition.seen_states import SeenStates
from shell.composition.slot_desk import SlotDesk
from shell.composition.tickets import Tickets
from shell.gateway.directory import Upstreams
from shell.gateway.downloads import Downloads
from shell.gateway.gateway import Gateway
from shell.gateway.markup import MarkupPolicies
from shell.gateway.passports import PassportOffice
from shell.gateway.stale_store import StaleStore
from shell.players.identity import IDENTITY, player_of, session_hash
from shell.registry.manifest_book import ManifestBook
from shell.registry.registry_file import RegistryFile
from shell.upkeep.loops import Upkeep
from shell.upkeep.manifest_poller import ManifestPoller
from shell.upkeep.out_of_band import make_client
from shell.upkeep.recovery import Recovery
from shell.upkeep.takeover import Takeover
from shell.upkeep.vigil import Vigil

if TYPE_CHECKING:
    from shell.composition.at_hand import Copies
    from shell.composition.dealer import SlotGateway
    from shell.composition.download_desk import FileSource
    from shell.composition.edge import PlayerOf
    from shell.registry.entries import Registry
    from shell.upkeep.recovery import Announce

# Signs passports when DEBUG is on and no key is given; the kit trusts its public half in development only.
DEVELOPMENT_PRIVATE_KEY: Final = "Y3JvdXBpZXIsIGZvciBkZXZlbG9wbWVudCBvbmx5ISE"


def build_edge(*, announce: Announce) -> Edge:
    """The edge as the settings describe it; `announce` carries recoveries to the open pages."""
    folder = settings.VAR_DIR / "registry"
    file = RegistryFile(settings.FRAGMENTS_FILE, keep=folder / "fragments.toml")
    book = ManifestBook(folder)
    markup, breakers, store, upstreams = MarkupPolicies(), BreakerBoard(), StaleStore(), Upstreams()
    office = _passport_office()
    gateway = Gateway(upstreams=upstreams, breakers=breakers, stale_store=store, markup=markup, passports=office)
    client = make_client()
    vigil = Vigil(client, registry=lambda: file.current, slots_of=book.slots_of, announce=announce)
    recovery = Recovery(
        client, registry=lambda: file.current, breakers=breakers, announce=announce, seen_well=vigil.forget
    )
    breakers.on_change(recovery.breaker_changed)
    takeover = Takeover(
        book=book, markup=markup, upstreams=upstreams, breakers=breakers, store=store, recovery=recovery
    )
    poller = ManifestPoller(book, client, clean=takeover.clean_fallback, on_change=takeover.manifest_changed)
    upkeep = Upkeep(
        file=file,
        book=book,
        poller=poller,
        recovery=recovery,
        vigil=vigil,
        apply=takeover.registry_changed,
        close=client.aclose,
    )

    IDENTITY.when_signed_out(lambda key: gateway.forget_session(session_hash(key)))
    return assemble(
        gateway,
        copies=store,
        upkeep=upkeep,
        poller=poller,
        player_of=player_of,
        budget_ms=settings.INLINE_BUDGET_MS,
        files=Downloads(hop=gateway.hop, passports=office),
        trusts_edge=settings.EDGE_SPEAKS_ESI,
    )


def assemble(
    gateway: SlotGateway,
    *,
    copies: Copies | None = None,
    upkeep: Upkeep,
    poller: ManifestPoller,
    player_of: PlayerOf,
    budget_ms: int,
    files: FileSource | None = None,
    trusts_edge: bool = False,
) -> Edge:
    """Put the answering parts around a gateway; a test brings one of its own."""
    book, seen, tickets = upkeep.book, SeenStates(), Tickets()
    maker = PanelMaker(book, is_essential=upkeep.is_essential)
    dealer = _dealer(gateway, maker=maker, seen=seen, copies=copies, upkeep=upkeep, poller=poller)
    cutter = PageCutter(book, registry_generation=lambda: upkeep.registry.generation)
    composer = Composer(dealer, tickets, inline_budget_ms=budget_ms)
    includes = EdgeIncludes(book, is_trusted=trusts_edge)
    pages = PageDesk(cutter=cutter, composer=composer, book=book, includes=includes)
    downloads = DownloadDesk(files=files, pages=pages) if files is not None else None
    slots = SlotDesk(
        dealer=dealer,
        tickets=tickets,
        pages=pages,
        book=book,
        composer=composer,
        includes=includes,
        downloads=downloads,
    )
    actions = Actions(gateway=gateway, dealer=dealer, maker=maker, seen=seen)
    desk = ActionDesk(actions=actions, slots=slots, pages=pages, book=book)
    return Edge(pages=pages, slots=slots, actions=desk, dealer=dealer, upkeep=upkeep, player_of=player_of)


def _dealer(
    gateway: SlotGateway,
    *,
    maker: PanelMaker,
    seen: SeenStates,
    copies: Copies | None,
    upkeep: Upkeep,
    poller: ManifestPoller,
) -> Dealer:
    book, press = upkeep.book, PanelPress()

    def registry() -> Registry:
        return upkeep.registry

    def generation() -> tuple[int, int]:
        return book.generation, upkeep.registry.generation

    finished = FinishedPanels(maker, press, generation=generation)
    at_hand = None
    if copies is not None:
        at_hand = AtHand(copies, finished=finished, book=book, registry=registry, generation=generation)
    return Dealer(
        gateway=gateway,
        registry=registry,
        book=book,
        maker=maker,
        press=press,
        poller=poller,
        recovery=upkeep.recovery,
        seen=seen,
        finished=finished,
        at_hand=at_hand,
    )


def _passport_office() -> PassportOffice:
    key = settings.PASSPORT_PRIVATE_KEY or (DEVELOPMENT_PRIVATE_KEY if settings.DEBUG else "")
    try:
        return PassportOffice(private_key_from_text(key))
    except ValueError as error:
        raise SettingRefused(f"PASSPORT_PRIVATE_KEY cannot be used: {error}") from error
