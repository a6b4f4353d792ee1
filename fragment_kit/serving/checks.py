"""Refuses a deployment that would trust the development passport key."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from fragment_kit.contract.passport import DEVELOPMENT_PUBLIC_KEY


@register(Tags.security, deploy=True)
def passport_keys_are_our_own(
    app_configs: Any,  # noqa: ARG001 - Django passes it by name
    **_kwargs: Any,
) -> list[CheckMessage]:
    """Error when the fixed development key is trusted."""
    if DEVELOPMENT_PUBLIC_KEY in settings.PASSPORT_PUBLIC_KEYS:
        return [
            Error(
                "This fragment trusts passports signed with the public development key.",
                hint="Run with DEBUG=0 and set PASSPORT_PUBLIC_KEYS to the shell's public key.",
                id="fragment_kit.E001",
            )
        ]
    return []
