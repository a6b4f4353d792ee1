"""The ASGI callable of the live_dealer fragment: `daphne fragments.live_dealer.asgi:application`."""

from __future__ import annotations

from fragment_kit.serving.app import fragment_application

application = fragment_application("fragments.live_dealer.settings")
