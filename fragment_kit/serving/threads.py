"""Runs a query outside the event loop, in threads whose database connections stay open.

Django's own `sync_to_async` makes a thread, and so a connection, for every request; a small pool of lasting
threads keeps both.
"""

from __future__ import annotations

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from django.db import close_old_connections

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4
_POOL = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="database")


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `work` in a pool thread and return what it returns; cancelling the caller does not stop the thread."""
    context = contextvars.copy_context()
    call = partial(context.run, _with_sound_connection, partial(work, *args, **kwargs))
    return await asyncio.get_running_loop().run_in_executor(_POOL, call)


def _with_sound_connection(call: Callable[[], T]) -> T:
    close_old_connections()
    return call()
