"""Third gate of the provider API: an object becomes one of the commands, by the operation in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from fragments.wallet.commands.opening import Authenticate
from fragments.wallet.commands.requests import (
    BetAndSettle,
    ConvertBonus,
    ForfeitBonus,
    GrantBonus,
    PayPrize,
    PlaceBet,
    PlaceHold,
    PostHold,
    RollBackBet,
    SettleBet,
    VoidHold,
    prize_for,
)
from fragments.wallet.money import CURRENCY
from fragments.wallet.provider.messages import (
    BadBody,
    amount_of,
    category_of,
    identifier,
    optional_flag,
    optional_identifier,
    who_of,
    whole_number,
)

RANK_MAX: Final = 1_000_000
TTL_S: Final = 120
TTL_S_MAX: Final = 86_400

Command = (
    Authenticate
    | PlaceBet
    | BetAndSettle
    | SettleBet
    | RollBackBet
    | PlaceHold
    | PostHold
    | VoidHold
    | GrantBonus
    | ConvertBonus
    | ForfeitBonus
    | PayPrize
)
Reader = Callable[[str, "Mapping[str, Any]"], Command]


def read_command(read: Reader, provider: str, body: Mapping[str, Any]) -> Command:
    """The command that a body asks for; keys we do not know are ignored. Raises BadBody."""
    if body.get("currency") != CURRENCY:
        raise BadBody(f"currency is {body.get('currency')!r}; this wallet holds {CURRENCY}")
    return read(provider, body)


def _authenticate(provider: str, body: Mapping[str, Any]) -> Authenticate:
    return Authenticate(provider=provider, who=who_of(body))


def _bet(provider: str, body: Mapping[str, Any]) -> PlaceBet:
    return PlaceBet(
        provider=provider,
        transaction_id=identifier(body, "transaction_id"),
        who=who_of(body),
        amount=amount_of(body, low=1),
        round_id=identifier(body, "round_id"),
        game_id=identifier(body, "game_id"),
        category=category_of(body),
    )


def _bet_win(provider: str, body: Mapping[str, Any]) -> BetAndSettle:
    return BetAndSettle(
        provider=provider,
        transaction_id=identifier(body, "transaction_id"),
        who=who_of(body),
        amount=amount_of(body, low=1),
        win=amount_of(body, low=0, key="win_amount"),
        round_id=identifier(body, "round_id"),
        game_id=identifier(body, "game_id"),
        category=category_of(body),
        round_closed=optional_flag(body, "round_closed"),
    )


def _hold(provider: str, body: Mapping[str, Any]) -> PlaceHold:
    return PlaceHold(
        provider=provider,
        transaction_id=identifier(body, "transaction_id"),
        who=who_of(body),
        amount=amount_of(body, low=1),
        round_id=identifier(body, "round_id"),
        game_id=identifier(body, "game_id"),
        category=category_of(body),
        ttl_s=whole_number(body, "ttl_s", default=TTL_S, high=TTL_S_MAX),
    )


def _hold_post(provider: str, body: Mapping[str, Any]) -> PostHold:
    return PostHold(
        provider=provider,
        transaction_id=identifier(body, "transaction_id"),
        who=who_of(body),
        amount=amount_of(body, low=1),
        hold_transaction_id=identifier(body, "hold_transaction_id"),
    )


def _hold_void(provider: str, body: Mapping[str, Any]) -> VoidHold:
    return VoidHold(
        provider=provider,
        transaction_id=identifier(body, "transaction_id"),
        who=who_of(body),
        hold_transaction_id=identifier(body, "hold_transaction_id"),
    )


def _bonus_grant(provider: str, body: Mapping[str, Any]) -> GrantBonus:
    return GrantBonus(
        provider=provider,
        transaction_id=identifier(body, "transaction_id"),
        who=who_of(body),
        amount=amount_of(body, low=1),
    )


def _bonus_end(kind: type[ConvertBonus | ForfeitBonus]) -> Reader:
    def read(provider: str, body: Mapping[str, Any]) -> ConvertBonus | ForfeitBonus:
        return kind(
            provider=provider,
            transaction_id=identifier(body, "transaction_id"),
            who=who_of(body),
            grant_transaction_id=identifier(body, "grant_transaction_id"),
        )

    return read


def _prize(provider: str, body: Mapping[str, Any]) -> PayPrize:
    return prize_for(
        provider,
        tournament_id=identifier(body, "tournament_id"),
        rank=whole_number(body, "rank", high=RANK_MAX),
        player_id=identifier(body, "player_id"),
        amount=amount_of(body, low=1),
    )


def _win(provider: str, body: Mapping[str, Any]) -> SettleBet:
    return SettleBet(
        provider=provider,
        transaction_id=identifier(body, "transaction_id"),
        who=who_of(body),
        amount=amount_of(body, low=0),
        bet_transaction_id=identifier(body, "bet_transaction_id"),
        round_id=optional_identifier(body, "round_id"),
        round_closed=optional_flag(body, "round_closed"),
    )


def _rollback(provider: str, body: Mapping[str, Any]) -> RollBackBet:
    return RollBackBet(
        provider=provider,
        transaction_id=identifier(body, "transaction_id"),
        who=who_of(body),
        amount=0 if body.get("amount") is None else amount_of(body, low=0),
        bet_transaction_id=identifier(body, "bet_transaction_id"),
        round_id=optional_identifier(body, "round_id"),
        round_closed=optional_flag(body, "round_closed") or False,
    )


OPERATIONS: Final[Mapping[str, Reader]] = {
    "authenticate": _authenticate,
    "balance": _authenticate,
    "bet": _bet,
    "win": _win,
    "rollback": _rollback,
    "bet_win": _bet_win,
    "hold": _hold,
    "hold_post": _hold_post,
    "hold_void": _hold_void,
}
"""What a game provider may ask for."""

HOUSE_OPERATIONS: Final[Mapping[str, Reader]] = {
    "bonus_grant": _bonus_grant,
    "bonus_convert": _bonus_end(ConvertBonus),
    "bonus_forfeit": _bonus_end(ForfeitBonus),
    "prize": _prize,
}
"""What only the house's own services may ask for."""
