"""The provider API's own description, OpenAPI 3.1: what each operation takes and answers; served at `/openapi.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

from fragments.wallet.ledger import Code
from fragments.wallet.models import LONGEST_ID
from fragments.wallet.money import AMOUNT_MAX, CURRENCY
from fragments.wallet.provider.operations import RANK_MAX, TTL_S, TTL_S_MAX

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH: Final = "/openapi.json"

_ID: Final = {"type": "string", "pattern": f"^[\\x21-\\x7e]{{1,{LONGEST_ID}}}$", "example": "spin-000017"}
_AMOUNT: Final = {
    "type": "string",
    "pattern": "^(0|[1-9][0-9]{0,14})$",
    "description": f"Whole minor units as text, at most {AMOUNT_MAX}.",
    "example": "250",
}
_STAKE: Final = {**_AMOUNT, "pattern": "^[1-9][0-9]{0,14}$"}
_CATEGORY: Final = {"type": "string", "pattern": "^[a-z0-9_\\-]{0,40}$"}
_FLAG: Final = {"type": ["boolean", "null"]}
_PLAYER: Final = {
    "currency": {"type": "string", "const": CURRENCY},
    "player_id": _ID,
    "player_token": {**_ID, "description": "From authenticate; speaks for the player in place of player_id."},
}
_TRANSACTION: Final = {**_PLAYER, "transaction_id": _ID}
_PLACE: Final = {"round_id": _ID, "game_id": _ID, "category": _CATEGORY}

# operation: (what it does, its properties, those that must be there)
OPERATIONS: Final[Mapping[str, tuple[str, Mapping[str, Any], tuple[str, ...]]]] = {
    "authenticate": ("Open a session and get a player_token", _PLAYER, ()),
    "balance": ("Read what may be staked", _PLAYER, ()),
    "bet": (
        "Take a stake",
        {**_TRANSACTION, **_PLACE, "amount": _STAKE},
        ("transaction_id", "round_id", "game_id", "amount"),
    ),
    "win": (
        "Settle a bet, also with nothing; round_closed false keeps it open for more",
        {**_TRANSACTION, "bet_transaction_id": _ID, "round_id": _ID, "amount": _AMOUNT, "round_closed": _FLAG},
        ("transaction_id", "bet_transaction_id", "amount"),
    ),
    "rollback": (
        "Undo a bet, whether or not it ever arrived",
        {**_TRANSACTION, "bet_transaction_id": _ID, "round_id": _ID, "amount": _AMOUNT, "round_closed": _FLAG},
        ("transaction_id", "bet_transaction_id"),
    ),
    "bet_win": (
        "Take a stake and pay its win under one id",
        {**_TRANSACTION, **_PLACE, "amount": _STAKE, "win_amount": _AMOUNT, "round_closed": _FLAG},
        ("transaction_id", "round_id", "game_id", "amount", "win_amount"),
    ),
    "hold": (
        "Set cash aside for a table",
        {
            **_TRANSACTION,
            **_PLACE,
            "amount": _STAKE,
            "ttl_s": {"type": "integer", "minimum": 1, "maximum": TTL_S_MAX, "default": TTL_S},
        },
        ("transaction_id", "round_id", "game_id", "amount"),
    ),
    "hold_post": (
        "Stake a hold, at most all of it; from then on this id is a bet's",
        {**_TRANSACTION, "hold_transaction_id": _ID, "amount": _STAKE},
        ("transaction_id", "hold_transaction_id", "amount"),
    ),
    "hold_void": (
        "Give a hold back, whether or not it ever arrived",
        {**_TRANSACTION, "hold_transaction_id": _ID},
        ("transaction_id", "hold_transaction_id"),
    ),
}
HOUSE_OPERATIONS: Final[Mapping[str, tuple[str, Mapping[str, Any], tuple[str, ...]]]] = {
    "bonus_grant": ("Give a bonus", {**_TRANSACTION, "amount": _STAKE}, ("transaction_id", "amount")),
    "bonus_convert": (
        "Make a bonus the player's own",
        {**_TRANSACTION, "grant_transaction_id": _ID},
        ("transaction_id", "grant_transaction_id"),
    ),
    "bonus_forfeit": (
        "Take a bonus back",
        {**_TRANSACTION, "grant_transaction_id": _ID},
        ("transaction_id", "grant_transaction_id"),
    ),
    "prize": (
        "Pay a rank of a tournament; its id is made from tournament, rank and player",
        {
            "currency": _PLAYER["currency"],
            "player_id": _ID,
            "tournament_id": _ID,
            "rank": {"type": "integer", "minimum": 1, "maximum": RANK_MAX},
            "amount": _STAKE,
        },
        ("player_id", "tournament_id", "rank", "amount"),
    ),
}
_MONEY: Final = {"type": ["string", "null"], "pattern": "^[0-9]+$"}
_ANSWER: Final = {
    "type": "object",
    "required": ["status", "code"],
    "properties": {
        "status": {"enum": ["OK", "REJECTED", "ERROR"]},
        "code": {"enum": list(get_args(Code))},
        "transaction_id": {"type": ["string", "null"]},
        "balance": _MONEY,
        "currency": {"const": CURRENCY},
        "replayed": {"type": "boolean"},
        "current_balance": _MONEY,
        "message": {"type": "string"},
    },
}
# status: when
_ANSWERS: Final = {
    "200": "Decided: OK, or REJECTED, which stays so for this id",
    "400": "Not a command we can read; nothing is written down",
    "401": "Not signed, or not lately",
    "404": "No such provider or operation",
    "409": "The id has another content, or what it is about is over",
    "413": "The body is too large",
    "500": "An error of ours; send it again",
    "503": "The ledger is away; send it again",
}


def document() -> dict[str, Any]:
    """The whole description; the first half of each path names the caller."""
    paths = {f"/provider/v1/{{provider}}/{name}": _path(name, *parts) for name, parts in OPERATIONS.items()}
    paths |= {f"/provider/v1/{{service}}/{name}": _path(name, *parts) for name, parts in HOUSE_OPERATIONS.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Croupier provider wallet API",
            "version": "1",
            "description": "How game providers and the house's own services move play money. One id is decided once.",
        },
        "paths": paths,
        "components": {"schemas": {"Answer": _ANSWER}},
    }


def _path(name: str, summary: str, properties: Mapping[str, Any], required: tuple[str, ...]) -> dict[str, Any]:
    caller = "service" if name in HOUSE_OPERATIONS else "provider"
    schema: dict[str, Any] = {"type": "object", "properties": dict(properties), "required": ["currency", *required]}
    if "player_token" in properties:
        schema["anyOf"] = [{"required": ["player_id"]}, {"required": ["player_token"]}]
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}}
    operation = {
        "operationId": name,
        "summary": summary,
        "parameters": [_in("path", caller, {"type": "string"}), *_SIGNED],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {status: {"description": when, "content": answer} for status, when in _ANSWERS.items()},
    }
    return {"post": operation}


def _in(place: str, name: str, schema: Mapping[str, Any], description: str = "") -> dict[str, Any]:
    return {"in": place, "name": name, "required": True, "schema": dict(schema), "description": description}


_SIGNED: Final = (
    _in("header", "Provider-Timestamp", {"type": "string", "pattern": "^[0-9]{1,12}$"}, "Unix seconds, ±60 s."),
    _in(
        "header",
        "Provider-Signature",
        {"type": "string", "pattern": "^v1=[0-9a-f]{64}$"},
        'HMAC-SHA256 of timestamp + "." + body with the caller\'s secret.',
    ),
)
