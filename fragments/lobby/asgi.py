"""The ASGI callable of the lobby fragment: `daphne fragments.lobby.asgi:application`."""

from __future__ import annotations

from fragment_kit.serving.app import fragment_application

application = fragment_application("fragments.lobby.settings")
