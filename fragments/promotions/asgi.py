"""The ASGI callable of the promotions fragment: `daphne fragments.promotions.asgi:application`."""

from __future__ import annotations

from fragment_kit.serving.app import fragment_application

application = fragment_application("fragments.promotions.settings")
