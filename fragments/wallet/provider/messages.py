"""Second gate of the provider API: a body becomes a command, or a sentence that names the key and what it must be."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from fragments.wallet.commands.opening import Authenticate
from fragments.wallet.commands.requests import PlaceBet, RollBackBet, SettleBet, Who
from fragments.wallet.models import LONGEST_ID
from fragments.wallet.money import AMOUNT_MAX, CURRENCY, parse_minor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BODY_BYTES_MAX: Final = 16_384
DEPTH_MAX: Final = 4
_ID: Final = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_ID}}}")
_CATEGORY: Final = re.compile(r"[a-z0-9_\-]{0,40}")

Command = Authenticate | PlaceBet | SettleBet | RollBackBet


class BadBody(Exception):
    """The body is not a command; the text is one sentence for the provider's engineers."""


def read_body(raw: bytes) -> dict[str, Any]:
    """Decode a body within the limits: one object, no key twice, no fractions, not deep, not large."""
    try:
        decoded = json.loads(
            raw.decode(), object_pairs_hook=_no_key_twice, parse_float=_no_fractions, parse_constant=_no_fractions
        )
    except (ValueError, RecursionError) as error:
        raise BadBody(f"the body is not JSON we take: {error}") from None
    if not isinstance(decoded, dict):
        raise BadBody("the body must be a JSON object")
    if _depth(decoded) > DEPTH_MAX:
        raise BadBody(f"the body is nested deeper than {DEPTH_MAX} levels")
    return decoded


def read_command(operation: str, provider: str, body: Mapping[str, Any]) -> Command:
    """The command that a body asks for; keys we do not know are ignored. Raises BadBody."""
    if body.get("currency") != CURRENCY:
        raise BadBody(f"currency is {body.get('currency')!r}; this wallet holds {CURRENCY}")
    return OPERATIONS[operation](provider, body)


def _authenticate(provider: str, body: Mapping[str, Any]) -> Authenticate:
    return Authenticate(provider=provider, who=_who(body))


def _bet(provider: str, body: Mapping[str, Any]) -> PlaceBet:
    return PlaceBet(
        provider=provider,
        transaction_id=_id(body, "transaction_id"),
        who=_who(body),
        amount=_amount(body, low=1),
        round_id=_id(body, "round_id"),
        game_id=_id(body, "game_id"),
        category=_category(body),
    )


def _win(provider: str, body: Mapping[str, Any]) -> SettleBet:
    return SettleBet(
        provider=provider,
        transaction_id=_id(body, "transaction_id"),
        who=_who(body),
        amount=_amount(body, low=0),
        bet_transaction_id=_id(body, "bet_transaction_id"),
        round_id=_optional_id(body, "round_id"),
        round_closed=_optional_flag(body, "round_closed"),
    )


def _rollback(provider: str, body: Mapping[str, Any]) -> RollBackBet:
    return RollBackBet(
        provider=provider,
        transaction_id=_id(body, "transaction_id"),
        who=_who(body),
        amount=0 if body.get("amount") is None else _amount(body, low=0),
        bet_transaction_id=_id(body, "bet_transaction_id"),
        round_id=_optional_id(body, "round_id"),
        round_closed=_optional_flag(body, "round_closed") or False,
    )


OPERATIONS: Final[Mapping[str, Callable[[str, Mapping[str, Any]], Command]]] = {
    "authenticate": _authenticate,
    "balance": _authenticate,
    "bet": _bet,
    "win": _win,
    "rollback": _rollback,
}


def _who(body: Mapping[str, Any]) -> Who:
    who = Who(player_id=_optional_id(body, "player_id"), token=_optional_id(body, "player_token"))
    if who.player_id is None and who.token is None:
        raise BadBody("player_token or player_id is missing")
    return who


def _id(body: Mapping[str, Any], key: str) -> str:
    value = _optional_id(body, key)
    if value is None:
        raise BadBody(f"{key} is missing")
    return value


def _optional_id(body: Mapping[str, Any], key: str) -> str | None:
    value = body.get(key)
    if value is not None and (not isinstance(value, str) or not _ID.fullmatch(value)):
        raise BadBody(f"{key} must be a text of 1 to {LONGEST_ID} visible ASCII characters")
    return value


def _amount(body: Mapping[str, Any], *, low: int) -> int:
    amount = parse_minor(body.get("amount"))
    if amount is None or amount < low:
        raise BadBody(f'amount must be a text of whole minor units from {low} to {AMOUNT_MAX}, such as "250"')
    return amount


def _category(body: Mapping[str, Any]) -> str:
    value = body.get("category") or ""
    if not isinstance(value, str) or not _CATEGORY.fullmatch(value):
        raise BadBody("category must be a short lower-case word")
    return value


def _optional_flag(body: Mapping[str, Any], key: str) -> bool | None:
    value = body.get(key)
    if value is not None and not isinstance(value, bool):
        raise BadBody(f"{key} must be true or false")
    return value


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_fractions(text: str) -> Any:
    raise ValueError(f"{text} is not a whole number; money is a text of minor units")


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0
