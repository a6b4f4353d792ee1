"""Second gate of the provider API: bytes become an object and its values, or a sentence that says what is wrong."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from fragments.wallet.commands.requests import Who
from fragments.wallet.models import LONGEST_ID
from fragments.wallet.money import AMOUNT_MAX, parse_minor

if TYPE_CHECKING:
    from collections.abc import Mapping

BODY_BYTES_MAX: Final = 16_384
DEPTH_MAX: Final = 4
_ID: Final = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_ID}}}")
_CATEGORY: Final = re.compile(r"[a-z0-9_\-]{0,40}")


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


def who_of(body: Mapping[str, Any]) -> Who:
    who = Who(player_id=optional_identifier(body, "player_id"), token=optional_identifier(body, "player_token"))
    if who.player_id is None and who.token is None:
        raise BadBody("player_token or player_id is missing")
    return who


def identifier(body: Mapping[str, Any], key: str) -> str:
    value = optional_identifier(body, key)
    if value is None:
        raise BadBody(f"{key} is missing")
    return value


def optional_identifier(body: Mapping[str, Any], key: str) -> str | None:
    value = body.get(key)
    if value is not None and (not isinstance(value, str) or not _ID.fullmatch(value)):
        raise BadBody(f"{key} must be a text of 1 to {LONGEST_ID} visible ASCII characters")
    return value


def amount_of(body: Mapping[str, Any], *, low: int, key: str = "amount") -> int:
    amount = parse_minor(body.get(key))
    if amount is None or amount < low:
        raise BadBody(f'{key} must be a text of whole minor units from {low} to {AMOUNT_MAX}, such as "250"')
    return amount


def whole_number(body: Mapping[str, Any], key: str, *, high: int, default: int | None = None) -> int:
    value = body.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= high:
        raise BadBody(f"{key} must be a whole number from 1 to {high}")
    return value


def category_of(body: Mapping[str, Any]) -> str:
    value = body.get("category") or ""
    if not isinstance(value, str) or not _CATEGORY.fullmatch(value):
        raise BadBody("category must be a short lower-case word")
    return value


def optional_flag(body: Mapping[str, Any], key: str) -> bool | None:
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
