"""Asks each fragment, out of band, what it offers, and takes over only what keeps the contract."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any, Final

import httpx

from fragment_kit.contract.errors import ContractBroken, DeadlinePassed, ManifestRefused
from fragment_kit.contract.manifest import parse_manifest
from fragment_kit.resilience.clock import MONOTONIC, Clock
from shell.registry.manifest_book import Accepted, ManifestBook, Stylesheet
from shell.upkeep.out_of_band import get

if TYPE_CHECKING:
    from collections.abc import Callable

    from fragment_kit.contract.outcome import Reason
    from shell.registry.entries import Registry, RegistryEntry

log = logging.getLogger(__name__)
PATH: Final = "/.well-known/fragment.json"
INTERVAL_S: Final = 5.0
INTERVAL_UNSEEN_S: Final = 1.0
TIMEOUT_MS: Final = 3_000
STYLES_MAX: Final = 8


class ManifestPoller:
    """Keeps the book of manifests up to date.

    Args:
        book: where accepted manifests go.
        client: plain HTTP client; follows no redirect and knows no proxy.
        clean: turns a fragment's fallback into HTML that is safe on any page: `clean(fragment, html)`;
            raises ContractBroken with a sentence when nothing safe is left.
        timeout_ms: total for each document.
        on_change: told the fragment's name after its manifest changed, and whether it is the first one ever.

    """

    def __init__(
        self,
        book: ManifestBook,
        client: httpx.AsyncClient,
        *,
        clean: Callable[[str, str], str],
        on_change: Callable[[str, bool], None] = lambda _name, _is_first: None,
        timeout_ms: int = TIMEOUT_MS,
        clock: Clock = MONOTONIC,
    ) -> None:
        self._book = book
        self._client = client
        self._clean = clean
        self._on_change = on_change
        self._timeout_ms = timeout_ms
        self._clock = clock
        self._due_s: dict[str, float] = {}
        self._version_asked: dict[str, str] = {}
        self._running: dict[str, asyncio.Task[None]] = {}

    def start_due(self, registry: Registry) -> None:
        """Start a refresh of every fragment whose turn has come; returns at once."""
        now_s = self._clock.monotonic()
        for name in [name for name in self._due_s if name not in registry.fragments]:
            del self._due_s[name]
        for name, entry in registry.fragments.items():
            if name not in self._running and self._due_s.get(name, 0.0) <= now_s:
                self._running[name] = asyncio.create_task(self._turn(entry), name=f"manifest of {name}")

    def version_seen(self, fragment: str, version: str) -> None:
        """Note the version that an answer carried; a new one brings the next refresh forward."""
        manifest = self._book.manifest(fragment)
        is_news = manifest is None or version != manifest.version
        # Each version asks once: with a canary two versions answer for ever, and one of them is never in the manifest.
        if version and is_news and self._version_asked.get(fragment) != version:
            self._version_asked[fragment] = version
            self._due_s[fragment] = self._clock.monotonic()

    async def settled(self) -> None:
        """Wait until the refreshes that are under way are over."""
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def stop(self) -> None:
        for task in self._running.values():
            task.cancel()
        await self.settled()

    async def _turn(self, entry: RegistryEntry) -> None:
        try:
            await self.refresh(entry)
        finally:
            is_seen = self._book.manifest(entry.name) is not None
            self._due_s[entry.name] = self._clock.monotonic() + (INTERVAL_S if is_seen else INTERVAL_UNSEEN_S)
            self._running.pop(entry.name, None)

    async def refresh(self, entry: RegistryEntry) -> None:
        """Fetch one manifest now, from the first address that answers; what is wrong with it goes to the book."""
        sentence = ""
        reason: Reason = "contract"
        for address in entry.addresses:
            try:
                accepted = await self._fetch(entry.name, address)
            except (httpx.HTTPError, DeadlinePassed) as error:
                sentence = f"{entry.name}: its manifest cannot be fetched from {address}{PATH} ({_cause(error)})."
                reason = _reason(error)
            except ContractBroken as error:
                sentence = f"{entry.name}: its manifest was refused and the previous one stays. {error}"
                reason = "contract"
                break
            else:
                is_first = self._book.manifest(entry.name) is None
                if self._book.accept(entry.name, accepted):
                    log.info("Fragment %s %s is in force.", entry.name, accepted.manifest.version)
                    self._on_change(entry.name, is_first)
                return
        self._book.refuse(entry.name, sentence, reason)

    async def _fetch(self, name: str, address: str) -> Accepted:
        source = f"{address}{PATH}"
        manifest = parse_manifest(_json(await self._get(source), source), strict=False, source=source)
        if manifest.name != name:
            raise ManifestRefused(f"{source}: calls itself {manifest.name!r}, but is listed as {name!r}.")
        if len(manifest.styles) > STYLES_MAX:
            raise ManifestRefused(f"{source}: styles lists {len(manifest.styles)} files; {STYLES_MAX} are allowed.")
        sheets = [Stylesheet.of(path, await self._style(f"{address}{path}")) for path in manifest.styles]
        fallbacks = {slot: self._clean(name, spec.fallback) for slot, spec in manifest.slots.items()}
        return Accepted(manifest=manifest, fallbacks=fallbacks, stylesheets=tuple(sheets))

    async def _style(self, source: str) -> bytes:
        css = await self._get(source)
        try:
            text = css.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ManifestRefused(f"{source}: is not UTF-8 text; save the stylesheet as UTF-8.") from error
        if "@import" in text.lower():
            raise ManifestRefused(
                f"{source}: uses @import, which can pull in styles of others; list the file in styles."
            )
        return css

    async def _get(self, source: str) -> bytes:
        status, body = await get(self._client, source, timeout_ms=self._timeout_ms)
        if status != httpx.codes.OK:
            raise ManifestRefused(f"{source}: answered {status}; 200 is needed.")
        return body


def _json(body: bytes, source: str) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except ValueError as error:
        raise ManifestRefused(f"{source}: is not valid JSON: {error}.") from error
    if not isinstance(data, dict):
        raise ManifestRefused(f"{source}: must be a JSON object.")
    return data


def _reason(error: Exception) -> Reason:
    if isinstance(error, DeadlinePassed | httpx.TimeoutException):
        return "timeout"
    return "connection_refused" if isinstance(error, httpx.ConnectError) else "connection_reset"


def _cause(error: Exception) -> str:
    return str(error) or type(error).__name__
