"""Keeps the registry in step with its file: polls for edits, refuses bad ones, and remembers the last accepted text."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from shell.registry.durable import replace_file
from shell.registry.entries import Registry, RegistryRefused, read_registry

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)
Stamp = tuple[int, int, int]


class RegistryFile:
    """The registry in force, and the reason why the last edit was refused, if it was.

    Args:
        path: the operator's `fragments.toml`.
        keep: where the last accepted text is kept, so that a restart after a bad edit still has a registry.

    Raises:
        RegistryRefused: at construction, when the file cannot be used and no accepted text is kept.

    """

    def __init__(self, path: Path, *, keep: Path) -> None:
        self._path = path
        self._keep = keep
        self._stamp: Stamp | None = None
        self.error: str = ""
        self.current = self._first()

    def refresh(self) -> bool:
        """Read the file again if it changed; True when a new registry came into force. One `stat` when it did not."""
        stamp = self._stamp_now()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            text = self._text()
            registry = read_registry(text, source=str(self._path), generation=self.current.generation + 1)
        except RegistryRefused as error:
            self.error = str(error)
            log.error("The edit was refused and the previous registry stays in force. %s", error)  # noqa: TRY400 -- the sentence says it all
            return False
        self._accept(text)
        self.current = registry
        log.info("The registry changed: %s.", ", ".join(registry.fragments))
        return True

    def _first(self) -> Registry:
        self._stamp = self._stamp_now()
        try:
            text = self._text()
            registry = read_registry(text, source=str(self._path))
        except RegistryRefused as error:
            if not self._keep.is_file():
                raise
            self.error = str(error)
            log.error("Starting with the last accepted registry (%s), because: %s", self._keep, error)  # noqa: TRY400
            return read_registry(self._keep.read_text(encoding="utf-8"), source=str(self._keep))
        self._accept(text)
        return registry

    def _accept(self, text: str) -> None:
        self.error = ""
        try:
            replace_file(self._keep, text.encode())
        except OSError as error:
            log.warning("The accepted registry could not be kept in %s: %s.", self._keep, error)

    def _text(self) -> str:
        try:
            return self._path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RegistryRefused(
                f"{self._path}: cannot be read ({error}); FRAGMENTS_FILE names the file to use."
            ) from error

    def _stamp_now(self) -> Stamp | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return (status.st_mtime_ns, status.st_size, status.st_ino)
