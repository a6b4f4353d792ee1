"""Deploy checks: `manage.py check --deploy` says what would be wrong in production, each in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution

if TYPE_CHECKING:
    from collections.abc import Sequence


@register(Tags.security, deploy=True)
def production_settings(app_configs: Sequence[Any] | None = None, **_options: Any) -> list[CheckMessage]:  # noqa: ARG001
    """DEBUG is off, the secrets are the operator's own, the hosts are named, and faults cannot be injected."""
    return [message for message in (_debug(), _hosts(), _passport(), _faults()) if message is not None]


def _debug() -> CheckMessage | None:
    if not settings.DEBUG:
        return None
    return Error(
        "DEBUG is on: demonstration accounts, development secrets and error pages are open to everyone.",
        hint="Set DEBUG=0 and the secrets that the next start asks for.",
        id="shell.E001",
    )


def _hosts() -> CheckMessage | None:
    if settings.ALLOWED_HOSTS and "*" not in settings.ALLOWED_HOSTS:
        return None
    return Error(
        "ALLOWED_HOSTS does not name the hosts that players use, and the WebSocket's Origin check rests on it.",
        hint="Set ALLOWED_HOSTS to a comma separated list of host names.",
        id="shell.E002",
    )


def _passport() -> CheckMessage | None:
    if settings.PASSPORT_PRIVATE_KEY:
        return None
    return Error(
        "PASSPORT_PRIVATE_KEY is not set: passports would be signed with the key that is in the repository.",
        hint="Set PASSPORT_PRIVATE_KEY (base64url, raw Ed25519), its public half as PASSPORT_PUBLIC_KEYS elsewhere.",
        id="shell.E003",
    )


def _faults() -> CheckMessage | None:
    if not settings.FAULTS_ENABLED:
        return None
    return Caution(
        "FAULTS_ENABLED is on: QA can make this installation misbehave on purpose.",
        hint="Set FAULTS_ENABLED=0 unless this is a rehearsal.",
        id="shell.W001",
    )
