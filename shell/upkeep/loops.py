"""The edge's work between requests: follows the registry file, asks for manifests, and watches who goes and returns."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shell.registry.entries import Registry
    from shell.registry.manifest_book import ManifestBook
    from shell.registry.registry_file import RegistryFile
    from shell.upkeep.manifest_poller import ManifestPoller
    from shell.upkeep.recovery import Recovery
    from shell.upkeep.vigil import Vigil

log = logging.getLogger(__name__)
TICK_S: Final = 0.25
RECOVERY_S: Final = 1.5
VIGIL_S: Final = 1.5
FIRST_MANIFESTS_S: Final = 1.5


class Upkeep:
    """The loops in one place.

    Args:
        file: the registry and its file.
        book: accepted manifests.
        poller: asks for manifests.
        recovery: watches for slots that come back.
        vigil: watches for fragments and feeds that go.
        apply: gives a registry to the parts that dial: `apply(registry)`.
        close: called at the end, to close clients.

    """

    def __init__(
        self,
        *,
        file: RegistryFile,
        book: ManifestBook,
        poller: ManifestPoller,
        recovery: Recovery,
        vigil: Vigil,
        apply: Callable[[Registry], None],
        close: Callable[[], Awaitable[None]],
    ) -> None:
        self._file = file
        self.book = book
        self._poller = poller
        self.recovery = recovery
        self._vigil = vigil
        self._apply = apply
        self._close = close
        self._loops: list[asyncio.Task[None]] = []

    @property
    def registry(self) -> Registry:
        """The registry in force."""
        return self._file.current

    @property
    def problems(self) -> tuple[str, ...]:
        """Sentences for staff: a refused edit, and manifests that are not in force."""
        listed = (self.book.problems.get(name, "") for name in self.registry.fragments)
        return tuple(sentence for sentence in (self._file.error, *listed) if sentence)

    def is_essential(self, fragment: str) -> bool:
        """Whether the operator said that this fragment's outage concerns every page."""
        entry = self.registry.fragments.get(fragment)
        return entry is not None and entry.essential

    async def start(self) -> None:
        """Load what was accepted before and start the loops; gives unseen fragments a moment to show themselves."""
        self._take_over()
        self._poller.start_due(self.registry)
        if any(self.book.manifest(name) is None for name in self.registry.fragments):
            await asyncio.wait({asyncio.ensure_future(self._poller.settled())}, timeout=FIRST_MANIFESTS_S)
        self._loops = [
            asyncio.create_task(_for_ever(self.tick, TICK_S), name="registry and manifests"),
            asyncio.create_task(_for_ever(self._look, RECOVERY_S), name="recovery"),
            asyncio.create_task(_for_ever(self._watch, VIGIL_S), name="vigil"),
        ]

    async def stop(self) -> None:
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        self._loops = []
        await self._poller.stop()
        await self._close()

    async def tick(self) -> None:
        """One turn: take an edit of the registry over, and start the manifest refreshes that are due."""
        if self._file.refresh():
            self._take_over()
        self._poller.start_due(self.registry)

    async def _look(self) -> None:
        await self.recovery.look()

    async def _watch(self) -> None:
        await self._vigil.look()

    def _take_over(self) -> None:
        self.book.load(self.registry.fragments)
        self._apply(self.registry)


async def _for_ever(work: Callable[[], Awaitable[None]], pause_s: float) -> None:
    while True:
        try:
            await work()
        except Exception:
            # One bad turn must not end the loop: without it nothing would ever recover.
            log.exception("A turn of the upkeep failed; the next one follows.")
        await asyncio.sleep(pause_s)
