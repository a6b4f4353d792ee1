"""Ties a child's life to its parent's, so that `kill -9` of the supervisor leaves no orphan."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # linux/prctl.h

# Loaded before any fork: a child between fork and exec must not run the dynamic loader.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def tied_to_parent(death_signal: signal.Signals = signal.SIGKILL) -> Callable[[], None]:
    """What a child runs between fork and exec: the kernel sends it `death_signal` when this process ends.

    Linux only. Elsewhere it does nothing, and a supervisor killed with SIGKILL leaves its children behind.
    """
    parent = os.getpid()

    def ask_kernel() -> None:
        if _LIBC is None:
            return
        _LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent went between fork and prctl: no signal will come any more
            os._exit(1)

    return ask_kernel
