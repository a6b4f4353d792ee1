"""The last accepted manifest of every fragment, with its fallbacks and stylesheets, in memory and on disk."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from fragment_kit.contract.errors import ContractBroken
from fragment_kit.contract.manifest import Manifest, SlotSpec, manifest_to_json, parse_manifest
from shell.registry.durable import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from fragment_kit.contract.outcome import Reason

log = logging.getLogger(__name__)
# Pages rendered with an older stylesheet may still be open, so a few old ones stay on disk.
STYLESHEETS_KEPT: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Stylesheet:
    """One fragment stylesheet under a name that changes with its content, so that browsers may keep it for ever."""

    name: str
    css: bytes = field(repr=False)

    @classmethod
    def of(cls, path: str, css: bytes) -> Stylesheet:
        stem = re.sub(r"[^A-Za-z0-9_-]", "-", path.rsplit("/", 1)[-1].removesuffix(".css")) or "style"
        return cls(name=f"{stem}.{hashlib.sha256(css).hexdigest()[:12]}.css", css=css)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Everything that the shell took over from a fragment; `fallbacks` are clean HTML by slot name."""

    manifest: Manifest
    fallbacks: Mapping[str, str]
    stylesheets: tuple[Stylesheet, ...]


class ManifestBook:
    """What the shell knows about its fragments without asking any of them.

    Args:
        folder: where accepted manifests are kept; a shell that starts during an outage reads them from here.

    Attributes:
        generation: rises with each change, so that rendered pages know when they are out of date.
        problems: per fragment, why its newest manifest is not in force; absent when all is well.

    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._accepted: dict[str, Accepted] = {}
        self._known_styles: dict[tuple[str, str], bytes] = {}
        self.generation = 1
        self.problems: dict[str, str] = {}
        self._reasons: dict[str, Reason] = {}

    def load(self, fragments: Iterable[str]) -> None:
        """Read what was accepted before, for a start during an outage; a damaged file counts as none."""
        for name in fragments:
            if name in self._accepted:
                continue
            try:
                self._put(name, self._read(name))
            except FileNotFoundError:
                continue
            except (OSError, ValueError, KeyError, ContractBroken) as error:
                log.warning("The kept manifest of %s cannot be used and will be fetched again: %s", name, error)

    def accept(self, name: str, accepted: Accepted) -> bool:
        """Take a checked manifest over; True when it differs from the one before."""
        self.problems.pop(name, None)
        if self._accepted.get(name) == accepted:
            return False
        self._put(name, accepted)
        try:
            self._write(name, accepted)
        except OSError as error:
            log.warning("The manifest of %s is in force but could not be kept on disk: %s.", name, error)
        return True

    def refuse(self, name: str, sentence: str, reason: Reason) -> None:
        """Remember why the newest manifest is not in force; the previous one stays."""
        self._reasons[name] = reason
        if self.problems.get(name) != sentence:
            log.warning("%s", sentence)
        self.problems[name] = sentence

    def manifest(self, name: str) -> Manifest | None:
        accepted = self._accepted.get(name)
        return accepted.manifest if accepted else None

    def slots_of(self, name: str) -> tuple[str, ...]:
        """The slots that a fragment offers, none while it was never seen."""
        manifest = self.manifest(name)
        return tuple(manifest.slots) if manifest else ()

    def reason_unseen(self, name: str) -> Reason:
        """Why a fragment that never showed a manifest has nothing to offer."""
        return self._reasons.get(name, "not_registered")

    def manifests(self) -> Mapping[str, Manifest]:
        return {name: accepted.manifest for name, accepted in self._accepted.items()}

    def slot(self, fragment: str, slot: str) -> SlotSpec | None:
        accepted = self._accepted.get(fragment)
        return accepted.manifest.slots.get(slot) if accepted else None

    def fallback(self, fragment: str, slot: str) -> str:
        """The fragment's own words for an outage of this slot, as clean HTML; empty when it was never seen."""
        accepted = self._accepted.get(fragment)
        return accepted.fallbacks.get(slot, "") if accepted else ""

    def stylesheets(self) -> Iterator[tuple[str, str]]:
        """Fragment and file name of every stylesheet in force, for the head of a page."""
        for fragment, accepted in self._accepted.items():
            for sheet in accepted.stylesheets:
                yield fragment, sheet.name

    def stylesheet(self, fragment: str, name: str) -> bytes | None:
        """Bytes of a stylesheet, also of one that was in force a little while ago."""
        return self._known_styles.get((fragment, name))

    def _put(self, name: str, accepted: Accepted) -> None:
        self._accepted[name] = accepted
        self._known_styles.update({(name, sheet.name): sheet.css for sheet in accepted.stylesheets})
        mine = [key for key in self._known_styles if key[0] == name]
        for key in mine[:-STYLESHEETS_KEPT]:
            del self._known_styles[key]
        self.generation += 1

    def _write(self, name: str, accepted: Accepted) -> None:
        for sheet in accepted.stylesheets:
            replace_file(self._folder / name / sheet.name, sheet.css)
        kept = {
            "manifest": json.loads(manifest_to_json(accepted.manifest)),
            "fallbacks": dict(accepted.fallbacks),
            "stylesheets": [sheet.name for sheet in accepted.stylesheets],
        }
        replace_file(self._folder / f"{name}.json", json.dumps(kept, ensure_ascii=False, indent=1).encode())
        self._forget_old_sheets(name, {sheet.name for sheet in accepted.stylesheets})

    def _forget_old_sheets(self, name: str, in_force: set[str]) -> None:
        sheets = sorted((self._folder / name).glob("*.css"), key=lambda path: path.stat().st_mtime_ns)
        for path in [path for path in sheets if path.name not in in_force][:-STYLESHEETS_KEPT]:
            path.unlink(missing_ok=True)

    def _read(self, name: str) -> Accepted:
        path = self._folder / f"{name}.json"
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        sheets = [(str(sheet), (self._folder / name / str(sheet)).read_bytes()) for sheet in kept["stylesheets"]]
        return Accepted(
            manifest=parse_manifest(kept["manifest"], strict=False, source=str(path)),
            fallbacks={str(slot): str(html) for slot, html in kept["fallbacks"].items()},
            stylesheets=tuple(Stylesheet(name=sheet, css=css) for sheet, css in sheets),
        )
