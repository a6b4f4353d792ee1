"""What a fragment says about itself: its slots, feeds, actions and styles, and the rules this must keep."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from fragment_kit.contract.errors import ManifestRefused
from fragment_kit.contract.headers import CONTRACT_VERSION
from fragment_kit.contract.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

StaleRule = Literal["never", "labelled", "silent"]
Auth = Literal["player", "optional", "none"]

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
EVENT: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
PATH: Final = re.compile(r"/[A-Za-z0-9_\-./]*")
METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
FILE_NAME: Final = re.compile(r"[a-z0-9][a-z0-9\-]{0,60}\.[a-z0-9]{1,8}")
DOWNLOAD_TYPES: Final = ("text/csv", "application/json")
TIMEOUT_MS_MAX: Final = 30_000
FALLBACK_CHARACTERS_MAX: Final = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class StalePolicy:
    """How old a copy of a slot may be shown: `never`, `labelled` with its age, or `silent`; `max_age_s` in seconds."""

    policy: StaleRule = "never"
    max_age_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSpec:
    """One piece of HTML that the fragment offers."""

    name: str
    path: str
    title: str
    timeout_ms: int
    fallback: str
    essential: bool = False
    auth: Auth = "none"
    stale: StalePolicy = field(default_factory=StalePolicy)
    refresh_on: tuple[str, ...] = ()
    min_height_rem: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSpec:
    """One provider's API that the fragment reads."""

    name: str
    timeout_ms: int
    critical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """One path that changes something; `slot` is the panel its answer belongs to."""

    path: str
    methods: tuple[str, ...]
    timeout_ms: int
    slot: str | None = None
    needs_fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadSpec:
    """One file that a signed-in player may save; `timeout_ms` is for each part of it."""

    path: str
    media_type: str
    filename: str
    timeout_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Everything the shell knows about a fragment without asking a player to wait."""

    name: str
    version: str
    owner: str
    slots: Mapping[str, SlotSpec]
    feeds: Mapping[str, FeedSpec]
    actions: tuple[ActionSpec, ...]
    emits: tuple[str, ...]
    styles: tuple[str, ...]
    scripts: tuple[str, ...]
    csp: Mapping[str, tuple[str, ...]]
    contract: int = CONTRACT_VERSION
    downloads: tuple[DownloadSpec, ...] = ()


def load_manifest(path: Path) -> Manifest:
    """Read a fragment's own `manifest.toml`; unknown keys are refused, because they are typing errors."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ManifestRefused(f"{path}: cannot be read as TOML: {error}.") from error
    return parse_manifest(data, strict=True, source=str(path))


def parse_manifest(data: Mapping[str, Any], *, strict: bool, source: str = "manifest") -> Manifest:
    """Turn the JSON or TOML form into a manifest.

    `strict` refuses unknown keys (a fragment reading its own file); the shell reads newer fragments and ignores them.
    Raises ManifestRefused with a sentence that names the source, the key and what to write instead.
    """
    table = Table(data, where=source, strict=strict)
    contract = table.integer("contract", low=1, high=1_000)
    if contract != CONTRACT_VERSION:
        table.refuse("contract", f"is {contract}; this side speaks contract {CONTRACT_VERSION} only")
    manifest = Manifest(
        name=table.text("name", pattern=NAME),
        version=table.text("version"),
        owner=table.text("owner", default=""),
        slots={name: _slot(name, entry) for name, entry in table.tables("slots", key_pattern=NAME)},
        feeds={name: _feed(name, entry) for name, entry in table.tables("feeds", key_pattern=NAME)},
        actions=tuple(_action(entry) for entry in table.list_of_tables("actions")),
        emits=table.texts("emits", pattern=EVENT),
        styles=table.texts("styles", pattern=PATH),
        scripts=table.texts("scripts", pattern=PATH),
        csp=dict(table.lists("csp")),
        downloads=tuple(_download(entry) for entry in table.list_of_tables("downloads")),
    )
    table.done()
    _cross_check(manifest, table)
    return manifest


def manifest_to_json(manifest: Manifest) -> bytes:
    """Return the manifest as served at `/.well-known/fragment.json`."""
    body = {
        "contract": manifest.contract,
        "name": manifest.name,
        "version": manifest.version,
        "owner": manifest.owner,
        "slots": {name: _slot_json(spec) for name, spec in manifest.slots.items()},
        "feeds": {
            name: {"critical": feed.critical, "timeout_ms": feed.timeout_ms} for name, feed in manifest.feeds.items()
        },
        "emits": list(manifest.emits),
        "actions": [_action_json(action) for action in manifest.actions],
        "styles": list(manifest.styles),
        "scripts": list(manifest.scripts),
        "csp": {key: list(value) for key, value in manifest.csp.items()},
        "downloads": [asdict(download) for download in manifest.downloads],
    }
    return json.dumps(body, ensure_ascii=False, indent=1).encode()


def _slot(name: str, table: Table) -> SlotSpec:
    stale = table.table("stale")
    spec = SlotSpec(
        name=name,
        path=table.text("path", pattern=PATH, default=f"/slots/{name}"),
        title=table.text("title"),
        timeout_ms=table.integer("timeout_ms", low=1, high=TIMEOUT_MS_MAX),
        fallback=table.text("fallback", longest=FALLBACK_CHARACTERS_MAX),
        essential=table.boolean("essential", default=False),
        auth=cast("Auth", table.choice("auth", ("player", "optional", "none"), default="none")),
        stale=StalePolicy(
            policy=cast("StaleRule", stale.choice("policy", ("never", "labelled", "silent"), default="never")),
            max_age_s=stale.integer("max_age_s", low=0, high=7 * 86_400, default=0),
        ),
        refresh_on=table.texts("refresh_on", pattern=EVENT),
        min_height_rem=table.integer("min_height_rem", low=0, high=60, default=6),
    )
    stale.done()
    table.done()
    return spec


def _feed(name: str, table: Table) -> FeedSpec:
    spec = FeedSpec(
        name=name,
        timeout_ms=table.integer("timeout_ms", low=1, high=TIMEOUT_MS_MAX),
        critical=table.boolean("critical", default=False),
    )
    table.done()
    return spec


def _action(table: Table) -> ActionSpec:
    spec = ActionSpec(
        path=table.text("path", pattern=PATH),
        methods=table.texts("methods", pattern=re.compile("|".join(sorted(METHODS)))),
        timeout_ms=table.integer("timeout_ms", low=1, high=TIMEOUT_MS_MAX),
        slot=table.text("slot", pattern=NAME, default="") or None,
        needs_fresh=table.boolean("needs_fresh", default=False),
    )
    table.done()
    return spec


def _download(table: Table) -> DownloadSpec:
    spec = DownloadSpec(
        path=table.text("path", pattern=PATH),
        media_type=table.choice("media_type", DOWNLOAD_TYPES),
        filename=table.text("filename", pattern=FILE_NAME),
        timeout_ms=table.integer("timeout_ms", low=1, high=TIMEOUT_MS_MAX),
    )
    table.done()
    return spec


def _cross_check(manifest: Manifest, table: Table) -> None:
    if not manifest.slots:
        table.refuse("slots", "is empty; a fragment offers at least one slot")
    for action in manifest.actions:
        if action.slot is not None and action.slot not in manifest.slots:
            table.refuse("actions", f"name the slot {action.slot!r}, which [slots] does not have")
    for slot in manifest.slots.values():
        if slot.stale.policy != "never" and slot.stale.max_age_s == 0:
            table.refuse(f"slots.{slot.name}.stale", "allows stale copies, but max_age_s is 0")


def _slot_json(spec: SlotSpec) -> dict[str, object]:
    return {
        "path": spec.path,
        "title": spec.title,
        "timeout_ms": spec.timeout_ms,
        "essential": spec.essential,
        "auth": spec.auth,
        "stale": {"policy": spec.stale.policy, "max_age_s": spec.stale.max_age_s},
        "refresh_on": list(spec.refresh_on),
        "min_height_rem": spec.min_height_rem,
        "fallback": spec.fallback,
    }


def _action_json(action: ActionSpec) -> dict[str, object]:
    body: dict[str, object] = {
        "path": action.path,
        "methods": list(action.methods),
        "timeout_ms": action.timeout_ms,
        "needs_fresh": action.needs_fresh,
    }
    return body if action.slot is None else {**body, "slot": action.slot}
