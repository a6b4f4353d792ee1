"""How a player is called on the board: by a nickname that they chose to show, else by a mask that gives nobody away."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING, Final

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Collection

MASK: Final = "••"
_NICKNAME: Final = re.compile(r"(?P<stem>[a-z0-9][a-z0-9-]{0,30}?)(-[0-9]{1,6})?")  # `mira-2` is mira's second float


def shown_name(player: str, nicknamed: Collection[str] | None = None) -> str:
    """The name for everybody's eyes: `mira` when she agreed to it, `a••` for a player who did not."""
    return player if _is_nicknamed(player, nicknamed) else f"{player[:1]}{MASK}"


def row_id(player: str, nicknamed: Collection[str] | None = None) -> str:
    """The row's element id: always the same for the same player, so that rows move; a secret for masked players."""
    if _is_nicknamed(player, nicknamed):
        return f"lobby-board-{player}"
    digest = hmac.new(settings.SECRET_KEY.encode(), player.encode(), hashlib.sha256)
    return f"lobby-board-{digest.hexdigest()[:16]}"


def _is_nicknamed(player: str, nicknamed: Collection[str] | None) -> bool:
    agreed = settings.BOARD_NICKNAMES if nicknamed is None else nicknamed
    found = _NICKNAME.fullmatch(player)
    return found is not None and (player in agreed or found["stem"] in agreed)
