"""The ASGI callable of the wallet fragment: `daphne fragments.wallet.asgi:application`."""

from __future__ import annotations

from fragment_kit.serving.app import fragment_application

application = fragment_application("fragments.wallet.settings")
