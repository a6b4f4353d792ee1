"""The shell's front door: composed pages and fragments to the edge, sockets to Channels, the rest to Django."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from django.core.asgi import get_asgi_application

from fragment_kit.contract.errors import FragmentKitError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    ASGIApplication = Callable[[Any, Any, Any], Awaitable[None]]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shell.settings")


def _shell_application() -> ASGIApplication:
    """Everything put together; a setting that cannot be used ends the process with one sentence."""
    try:
        django_application = get_asgi_application()
        # After Django is set up, because these read its settings and models.
        from shell.assembly import shell_process
        from shell.dispatch import Dispatch

        return Dispatch(process=shell_process(), django=django_application)
    except FragmentKitError as refused:
        raise SystemExit(f"The shell cannot start: {refused}") from None


application = _shell_application()
