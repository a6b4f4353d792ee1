"""The shell's front door: composed pages and fragments to the edge, sockets to Channels, the rest to Django."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shell.settings")
django_application = get_asgi_application()

# After Django is set up, because these read its settings and models.
from shell.assembly import shell_process  # noqa: E402
from shell.dispatch import Dispatch  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    ASGIApplication = Callable[[Any, Any, Any], Awaitable[None]]

application: ASGIApplication = Dispatch(process=shell_process(), django=django_application)
