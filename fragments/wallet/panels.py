"""What the wallet's panels show, already put into words, so that templates only place it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from fragments.wallet.money import show, show_signed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from fragments.wallet.care.totals import Totals
    from fragments.wallet.history import HistoryPage
    from fragments.wallet.ledger import Holdings
    from fragments.wallet.models import HistoryLine
    from fragments.wallet.payments_feed import Payments

KIND_WORDS: Final[Mapping[str, str]] = {
    "top_up": "Top-up",
    "bet": "Stake",
    "win": "Win",
    "rollback": "Stake returned",
    "hold": "Set aside for a table",
    "hold_post": "Staked at the table, rest returned",
    "hold_void": "Returned from the table",
    "hold_expire": "Returned from the table, time over",
    "bonus_grant": "Bonus",
    "bonus_convert": "Bonus turned into chips",
    "bonus_forfeit": "Bonus ended",
    "prize": "Prize",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceView:
    """The exact amount; `is_paused` when the payments provider does not answer."""

    amount: str
    is_paused: bool

    @classmethod
    def of(cls, holdings: Holdings, *, is_paused: bool) -> BalanceView:
        return cls(amount=show(holdings.cash), is_paused=is_paused)


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountChoice:
    """One amount to pick."""

    value: str
    label: str
    is_chosen: bool
    is_off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUpView:
    """The top-up form. `error` says why nothing happened, `done` what did."""

    balance: str
    room: str
    choices: tuple[AmountChoice, ...]
    can_submit: bool
    is_paused: bool
    is_delayed: bool
    idempotency_key: str
    error: str = ""
    done: str = ""

    @classmethod
    def of(
        cls,
        holdings: Holdings,
        payments: Payments | None,
        *,
        float_minor: int,
        chosen: str = "",
        error: str = "",
        done: str = "",
    ) -> TopUpView:
        room = max(0, float_minor - holdings.cash)
        amounts = payments.amounts if payments else ()
        choices = tuple(
            AmountChoice(value=str(amount), label=show(amount), is_chosen=str(amount) == chosen, is_off=amount > room)
            for amount in amounts
        )
        return cls(
            balance=show(holdings.cash),
            room=show(room) if room else "",
            choices=choices,
            can_submit=any(not choice.is_off for choice in choices),
            is_paused=payments is None,
            is_delayed=payments is not None and payments.status == "delayed",
            idempotency_key=str(uuid4()),
            error=error,
            done=done,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One line of the history."""

    words: str
    game: str
    at: datetime
    amount: str
    is_in: bool
    balance_after: str

    @classmethod
    def of(cls, line: HistoryLine) -> LineView:
        is_loss = line.kind == "win" and line.amount == 0
        return cls(
            words="No win" if is_loss else KIND_WORDS[line.kind],
            game=line.game_id.replace("-", " ").replace("_", " "),
            at=line.at,
            amount=show_signed(line.amount),
            is_in=line.amount > 0,
            balance_after=show(line.cash_after),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """A page of the history; `is_behind` when the newest plays are not in it yet."""

    lines: tuple[LineView, ...]
    next_before: int | None
    is_first_page: bool
    is_behind: bool
    totals: Totals | None = None

    @classmethod
    def of(
        cls, page: HistoryPage, holdings: Holdings | None, *, is_first_page: bool, totals: Totals | None = None
    ) -> HistoryView:
        return cls(
            lines=tuple(LineView.of(line) for line in page.lines),
            next_before=page.next_before,
            is_first_page=is_first_page,
            is_behind=holdings is not None and holdings.version > page.known_version,
            totals=totals,
        )
