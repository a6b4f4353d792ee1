"""The names on the wire between shell and fragment, and the values they may take."""

from __future__ import annotations

from typing import Final, Literal, get_args

CONTRACT_VERSION: Final = 1

CONTRACT: Final = "Fragment-Contract"
MOUNT: Final = "Fragment-Mount"
SLOT: Final = "Fragment-Slot"
MODE: Final = "Fragment-Mode"
DEADLINE_MS: Final = "Fragment-Deadline-Ms"
FAULT_PLAN: Final = "Fault-Plan"
IDEMPOTENCY_KEY: Final = "Idempotency-Key"
REQUEST_ID: Final = "X-Request-Id"

VERSION: Final = "Fragment-Version"
STATE: Final = "Fragment-State"
EMITS: Final = "Fragment-Emits"
NEXT: Final = "Fragment-Next"

PANEL_STATE: Final = "Panel-State"

Mode = Literal["inline", "include", "refresh", "action", "preview"]
MODES: Final[frozenset[str]] = frozenset(get_args(Mode))

FragmentState = Literal["fresh", "degraded", "empty"]
FRAGMENT_STATES: Final[frozenset[str]] = frozenset(get_args(FragmentState))
