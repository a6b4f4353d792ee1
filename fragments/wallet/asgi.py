"""The ASGI callable of the wallet fragment: `daphne fragments.wallet.asgi:application`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fragment_kit.serving.app import fragment_application

panels = fragment_application("fragments.wallet.settings")

from django.conf import settings  # noqa: E402 - Django must be set up before commands are imported

from fragments.wallet.provider import openapi  # noqa: E402
from fragments.wallet.provider.api import PREFIX, ProviderApi  # noqa: E402
from fragments.wallet.provider.desk import Desk  # noqa: E402

if TYPE_CHECKING:
    from fragments.wallet.provider.api import Receive, Scope, Send

provider_api = ProviderApi(secrets=settings.PROVIDER_SECRETS, house_secrets=settings.HOUSE_SECRETS, desk=Desk())


async def application(scope: Scope, receive: Receive, send: Send) -> Any:
    """Money calls go straight to the provider API: Django's handler alone costs more than a whole bet."""
    if scope["type"] == "http" and (scope["path"].startswith(PREFIX) or scope["path"] == openapi.PATH):
        return await provider_api(scope, receive, send)
    return await panels(scope, receive, send)
