"""The URLs that every fragment has, made from its manifest and its functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.urls import URLPattern, path

from fragment_kit.contract.errors import ManifestRefused
from fragment_kit.contract.manifest import manifest_to_json
from fragment_kit.serving.alone import alone_view
from fragment_kit.serving.app import own_manifest
from fragment_kit.serving.download import Download, download_view
from fragment_kit.serving.health import healthz, readyz_view
from fragment_kit.serving.metrics import metrics
from fragment_kit.serving.slot import Action, Slot, action_view, slot_view
from fragment_kit.serving.stylesheet import stylesheet_view

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.http import HttpRequest

    from fragment_kit.contract.manifest import Manifest
    from fragment_kit.serving.health import Probe
    from fragment_kit.serving.view import View


def fragment_urls(
    *,
    slots: Sequence[Slot],
    actions: Sequence[Action] = (),
    downloads: Sequence[Download] = (),
    probes: Sequence[Probe] = (),
    extra: Sequence[URLPattern] = (),
) -> list[URLPattern]:
    """Every URL of a fragment; refuses functions that the manifest does not name, and the other way round.

    `probes` are asked by `/readyz` (pass the FeedClients); `extra` are the fragment's own further URLs.
    `reverse("<slot>")` gives the address under the mount that a browser may use.
    """
    manifest = own_manifest()
    _same_names("slots", {entry.name for entry in slots}, set(manifest.slots))
    _same_names("actions", {entry.path for entry in actions}, {spec.path for spec in manifest.actions})
    _same_names("downloads", {entry.path for entry in downloads}, {spec.path for spec in manifest.downloads})
    return [
        path(".well-known/fragment.json", _manifest_view(manifest)),
        path("healthz", healthz),
        path("readyz", readyz_view(probes)),
        path("metrics", metrics),
        *_slot_patterns(manifest, slots),
        *_action_patterns(manifest, actions),
        *_download_patterns(manifest, downloads),
        *(path(style.lstrip("/"), stylesheet_view(style)) for style in manifest.styles),
        *extra,
        *([path("", alone_view(manifest, slots))] if settings.DEBUG else []),
    ]


def _slot_patterns(manifest: Manifest, slots: Sequence[Slot]) -> Iterable[URLPattern]:
    for entry in slots:
        spec = manifest.slots[entry.name]
        view = slot_view(manifest, spec, entry.function)
        yield path(spec.path.lstrip("/"), view)
        yield path(entry.name, view, name=entry.name)


def _action_patterns(manifest: Manifest, actions: Sequence[Action]) -> Iterable[URLPattern]:
    specs = {spec.path: spec for spec in manifest.actions}
    for entry in actions:
        where = entry.path.lstrip("/")
        yield path(where, action_view(manifest, specs[entry.path], entry.function), name=where)


def _download_patterns(manifest: Manifest, downloads: Sequence[Download]) -> Iterable[URLPattern]:
    specs = {spec.path: spec for spec in manifest.downloads}
    for entry in downloads:
        where = entry.path.lstrip("/")
        yield path(where, download_view(manifest, specs[entry.path], entry.function), name=where)


def _manifest_view(manifest: Manifest) -> View:
    body = manifest_to_json(manifest)

    async def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(body, content_type="application/json")

    return view


def _same_names(what: str, in_code: set[str], in_manifest: set[str]) -> None:
    for name in sorted(in_code - in_manifest):
        raise ManifestRefused(f"{settings.FRAGMENT_MANIFEST}: {what} has no {name!r}, but urls.py serves it.")
    for name in sorted(in_manifest - in_code):
        raise ManifestRefused(f"{settings.FRAGMENT_MANIFEST}: {what} has {name!r}, but urls.py does not serve it.")
