"""The frame of a player's own wish about care: one transaction under the same lock that every bet takes."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from fragments.wallet.care import news
from fragments.wallet.care.state import play_state
from fragments.wallet.care.windows import to_ms
from fragments.wallet.commands.statements import wallet_of_player

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from django.db.backends.utils import CursorWrapper

    from fragments.wallet.care.state import PlayState
    from fragments.wallet.commands.rows import LockedWallet


class NoWallet(Exception):
    """The player has no wallet, so there is nothing to take care of yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A player's wallet, locked, with what holds for the player now."""

    cursor: CursorWrapper
    wallet: LockedWallet
    state: PlayState
    now: datetime

    @property
    def now_ms(self) -> int:
        return to_ms(self.now)

    def tell(self, kind: str, data: Mapping[str, Any]) -> None:
        """Write an event of this transaction."""
        news.tell(self.cursor, self.wallet, kind, data, self.now)


@contextmanager
def table_of(player_id: str, now: datetime) -> Iterator[Table]:
    """Open the transaction and lock the wallet; bets wait meanwhile and then see what was decided. Raises NoWallet."""
    with transaction.atomic(), connection.cursor() as cursor:
        wallet = wallet_of_player(cursor, player_id)
        if wallet is None:
            raise NoWallet(f"{player_id} has no wallet yet")
        news.open_card(cursor, wallet.id)
        yield Table(cursor=cursor, wallet=wallet, state=play_state(cursor, wallet.id), now=now)
