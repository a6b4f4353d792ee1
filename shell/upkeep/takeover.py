"""Hands a changed registry or manifest on to every part that has to know, in one place so that none is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fragment_kit.contract.errors import ManifestRefused
from shell.gateway.failures import CallFailed

if TYPE_CHECKING:
    from fragment_kit.resilience.breaker_board import BreakerBoard
    from shell.gateway.directory import Upstreams
    from shell.gateway.markup import MarkupPolicies
    from shell.gateway.stale_store import StaleStore
    from shell.registry.entries import Registry, Trust
    from shell.registry.manifest_book import ManifestBook
    from shell.upkeep.recovery import Recovery


class Takeover:
    """The parts that follow the registry and the manifests."""

    def __init__(
        self,
        *,
        book: ManifestBook,
        markup: MarkupPolicies,
        upstreams: Upstreams,
        breakers: BreakerBoard,
        store: StaleStore,
        recovery: Recovery,
    ) -> None:
        self._book = book
        self._markup = markup
        self._upstreams = upstreams
        self._breakers = breakers
        self._store = store
        self._recovery = recovery
        self._trust: dict[str, Trust] = {}

    def registry_changed(self, registry: Registry) -> None:
        """Dial the listed addresses and no others, and forget what is listed no more."""
        for name in self._trust.keys() - registry.fragments.keys():
            self._breakers.forget(group=name)
            self._store.purge(fragment=name)
        self._trust = {name: entry.trust for name, entry in registry.fragments.items()}
        self._upstreams.replace(registry.fragments)
        for name in registry.fragments:
            self._register(name)

    def manifest_changed(self, name: str, is_first: bool) -> None:  # noqa: FBT001 -- a callback, called by position
        """Let the HTML policy know the new manifest; pages that showed a stand-in until now are told to look again.

        Copies of a version that is deployed no more are let go: their markup may not fit the new stylesheet or actions.
        """
        self._register(name)
        self._store.purge(fragment=name)
        manifest = self._book.manifest(name)
        if is_first and manifest is not None:
            self._recovery.expect(name, manifest.slots)

    def clean_fallback(self, name: str, html: str) -> str:
        """A fragment's own fallback as HTML that is safe on any page; raises ManifestRefused when nothing is left."""
        try:
            return self._markup.clean(name, f"<div>{html}</div>".encode())
        except CallFailed as failure:
            raise ManifestRefused(f"{name}: a fallback cannot be shown: {failure.detail}.") from failure

    def _register(self, name: str) -> None:
        manifest = self._book.manifest(name)
        self._markup.register(name, trust=self._trust.get(name, "untrusted"), csp=manifest.csp if manifest else None)
