"""Starts a fragment: reads its manifest first, so that a mistake stops the start and not a player's request."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.conf import settings

from fragment_kit.contract.errors import FragmentKitError
from fragment_kit.contract.manifest import load_manifest

if TYPE_CHECKING:
    from django.core.handlers.asgi import ASGIHandler

    from fragment_kit.contract.manifest import Manifest


@lru_cache(maxsize=1)
def own_manifest() -> Manifest:
    """The manifest of the fragment that this process serves (setting FRAGMENT_MANIFEST)."""
    return load_manifest(Path(settings.FRAGMENT_MANIFEST))


def fragment_application(settings_module: str) -> ASGIHandler:
    """The ASGI callable of a fragment, with its manifest and URLs checked before the first request.

    A setting or manifest that cannot be used ends the process with one sentence, whatever server is starting it.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = settings_module
    try:
        return _checked_handler()
    except FragmentKitError as refused:
        raise SystemExit(f"{settings_module.removesuffix('.settings')} cannot start: {refused}") from None


def _checked_handler() -> ASGIHandler:
    django.setup(set_prefix=False)
    from django.core.handlers.asgi import ASGIHandler
    from django.urls import get_resolver

    own_manifest()
    _ = get_resolver().url_patterns
    return ASGIHandler()
