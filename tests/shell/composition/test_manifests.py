"""Manifests are asked for out of band, checked, kept on disk, and never replaced by something worse."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from fragment_kit.contract.errors import ManifestRefused
from fragment_kit.resilience.clock import ManualClock
from shell.registry.entries import read_registry
from shell.registry.manifest_book import ManifestBook
from shell.upkeep.manifest_poller import ManifestPoller
from shell.upkeep.out_of_band import make_client

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

REGISTRY = read_registry('[fragments.lobby]\nurl = "http://lobby.test"\n', source="test")


class FakeFragment:
    """Serves a manifest and a stylesheet, and counts how often it was asked."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        self.manifest: Any = manifest
        self.css = b".lobby-x{}"
        self.asked: list[str] = []
        self.status = 200
        self.is_away = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if self.is_away:
            raise httpx.ConnectError("refused on purpose")
        if request.url.path.endswith(".css"):
            return httpx.Response(200, content=self.css)
        body = self.manifest if isinstance(self.manifest, bytes) else json.dumps(self.manifest).encode()
        return httpx.Response(self.status, content=body)


@pytest.fixture
def fragment(manifest_of: Callable[..., dict[str, Any]]) -> FakeFragment:
    return FakeFragment(manifest_of("lobby", styles=["/static/lobby/lobby.css"]))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def book(tmp_path: pathlib.Path) -> ManifestBook:
    return ManifestBook(tmp_path)


@pytest.fixture
def poller(book: ManifestBook, fragment: FakeFragment, clock: ManualClock) -> ManifestPoller:
    client = httpx.AsyncClient(transport=httpx.MockTransport(fragment))
    return ManifestPoller(book, client, clean=lambda _name, html: f"clean {html}", clock=clock)


async def poll(poller: ManifestPoller) -> None:
    poller.start_due(REGISTRY)
    await poller.settled()


async def test_it_takes_over_manifest_fallbacks_and_stylesheets(
    poller: ManifestPoller, book: ManifestBook, fragment: FakeFragment
) -> None:
    await poll(poller)
    assert book.manifest("lobby") is not None
    assert book.fallback("lobby", "games") == "clean <p>games is resting.</p>"
    ((name, file),) = book.stylesheets()
    assert (name, book.stylesheet("lobby", file)) == ("lobby", fragment.css)


async def test_it_asks_every_five_seconds_and_every_second_while_the_fragment_was_never_seen(
    poller: ManifestPoller, fragment: FakeFragment, clock: ManualClock
) -> None:
    fragment.is_away = True
    for _ in range(3):
        await poll(poller)
        clock.advance(1.0)
    assert len(fragment.asked) == 3
    fragment.is_away = False
    await poll(poller)
    asked = len(fragment.asked)
    clock.advance(4.9)
    await poll(poller)
    assert len(fragment.asked) == asked
    clock.advance(0.2)
    await poll(poller)
    assert len(fragment.asked) > asked


async def test_it_asks_at_once_when_an_answer_carries_another_version_and_only_once_for_each(
    poller: ManifestPoller, fragment: FakeFragment
) -> None:
    await poll(poller)
    asked = len(fragment.asked)
    poller.version_seen("lobby", "1.0.0")
    await poll(poller)
    assert len(fragment.asked) == asked
    for _ in range(3):
        poller.version_seen("lobby", "2.0.0")
        await poll(poller)
    assert len(fragment.asked) == asked + 2


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        (b"{", "not valid JSON"),
        (b"[]", "must be a JSON object"),
        ({"contract": 2}, "contract is 2"),
        ({"contract": 1, "name": "lobby", "version": "2"}, "slots is empty"),
        ({"contract": 1, "name": "wallet", "version": "2", "slots": {}}, "slots is empty"),
        (b"x" * 300_000, "longer than 256 KiB"),
    ],
)
async def test_it_refuses_a_manifest_that_breaks_the_contract_and_keeps_the_previous_one(
    poller: ManifestPoller, book: ManifestBook, fragment: FakeFragment, manifest: Any, words: str
) -> None:
    await poll(poller)
    fragment.manifest = manifest
    await poller.refresh(REGISTRY.fragments["lobby"])
    assert words in book.problems["lobby"]
    assert "http://lobby.test/.well-known/fragment.json" in book.problems["lobby"]
    kept = book.manifest("lobby")
    assert kept is not None
    assert kept.version == "1.0.0"


async def test_it_refuses_a_fragment_that_calls_itself_by_another_name(
    poller: ManifestPoller, book: ManifestBook, fragment: FakeFragment, manifest_of: Callable[..., Any]
) -> None:
    fragment.manifest = manifest_of("wallet")
    await poll(poller)
    assert "calls itself 'wallet'" in book.problems["lobby"]
    assert book.manifest("lobby") is None


async def test_it_refuses_styles_that_pull_in_others(
    poller: ManifestPoller, book: ManifestBook, fragment: FakeFragment
) -> None:
    fragment.css = b"@import url(https://evil.example/x.css);"
    await poll(poller)
    assert "@import" in book.problems["lobby"]


async def test_it_ignores_keys_of_a_newer_contract(
    poller: ManifestPoller, book: ManifestBook, fragment: FakeFragment, manifest_of: Callable[..., Any]
) -> None:
    fragment.manifest = manifest_of("lobby", holograms=True)
    await poll(poller)
    assert book.manifest("lobby") is not None


async def test_it_says_why_a_fragment_was_never_seen(
    poller: ManifestPoller, book: ManifestBook, fragment: FakeFragment
) -> None:
    fragment.is_away = True
    await poll(poller)
    assert book.reason_unseen("lobby") == "connection_refused"
    assert "cannot be fetched" in book.problems["lobby"]


async def test_it_knows_the_fallback_again_after_a_restart_during_the_outage(
    poller: ManifestPoller, book: ManifestBook, tmp_path: pathlib.Path
) -> None:
    await poll(poller)
    again = ManifestBook(tmp_path)
    again.load(["lobby", "never_seen"])
    assert again.fallback("lobby", "games") == book.fallback("lobby", "games")
    assert again.manifest("lobby") == book.manifest("lobby")
    assert list(again.stylesheets()) == list(book.stylesheets())


async def test_it_starts_without_a_kept_manifest_that_is_damaged(
    poller: ManifestPoller, tmp_path: pathlib.Path
) -> None:
    await poll(poller)
    (tmp_path / "lobby.json").write_text('{"manifest": {}}')
    again = ManifestBook(tmp_path)
    again.load(["lobby"])
    assert again.manifest("lobby") is None


async def test_it_still_serves_the_stylesheet_of_a_page_that_was_opened_before_a_change(
    poller: ManifestPoller, book: ManifestBook, fragment: FakeFragment, clock: ManualClock
) -> None:
    await poll(poller)
    ((_, before),) = book.stylesheets()
    fragment.css = b".lobby-y{}"
    clock.advance(6)
    await poll(poller)
    ((_, after),) = book.stylesheets()
    assert before != after
    assert book.stylesheet("lobby", before) == b".lobby-x{}"


async def test_it_works_while_the_disk_refuses(
    fragment: FakeFragment, tmp_path: pathlib.Path, clock: ManualClock
) -> None:
    (tmp_path / "file").write_text("in the way")
    book = ManifestBook(tmp_path / "file")
    client = httpx.AsyncClient(transport=httpx.MockTransport(fragment))
    await poll(ManifestPoller(book, client, clean=lambda _name, html: html, clock=clock))
    assert book.manifest("lobby") is not None


async def test_it_refuses_a_fallback_with_nothing_safe_in_it(book: ManifestBook, fragment: FakeFragment) -> None:
    def clean(_name: str, _html: str) -> str:
        raise ManifestRefused("lobby: a fallback cannot be shown.")

    client = httpx.AsyncClient(transport=httpx.MockTransport(fragment))
    await poll(ManifestPoller(book, client, clean=clean))
    assert "fallback cannot be shown" in book.problems["lobby"]


async def test_it_gives_up_on_a_socket_that_accepts_and_never_answers(book: ManifestBook) -> None:
    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _reader.read()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = make_client()
    registry = read_registry(f'[fragments.lobby]\nurl = "http://127.0.0.1:{port}"\n', source="test")
    poller = ManifestPoller(book, client, clean=lambda _name, html: html, timeout_ms=50)
    poller.start_due(registry)
    await poller.settled()
    await client.aclose()
    server.close()
    assert book.reason_unseen("lobby") == "timeout"
