"""Reads what the shell asks: who the player is, why, where links must point, and how long there is to answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

from django.conf import settings

from fragment_kit.contract import headers
from fragment_kit.contract.errors import ContractBroken, PassportRefused
from fragment_kit.contract.passport import public_key_from_text, read_passport
from fragment_kit.resilience.deadline import Deadline

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from django.http import HttpRequest, QueryDict

    from fragment_kit.contract.headers import Mode

_MOUNT: Final = re.compile(r"/f/[a-z][a-z0-9_]{0,39}")
_DEADLINE: Final = re.compile(r"[0-9]{1,5}")
_TOKEN_CHARACTERS_MAX: Final = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotCall:
    """One question to a slot.

    Attributes:
        player: opaque id, or None for somebody who is not signed in.
        session: hash of the player's session, or None.
        mount: `/f/<fragment>`, or "" when the fragment runs alone; every link begins with it.
        mode: why we are asked.
        deadline: by when the answer must have left.
        locale: a language tag, `en` when nothing better is known.
    """

    request: HttpRequest
    player: str | None
    session: str | None
    mount: str
    mode: Mode
    deadline: Deadline
    locale: str

    @property
    def query(self) -> QueryDict:
        return self.request.GET


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCall(SlotCall):
    """One wish to change something; `idempotency_key` is None when the caller gave none."""

    form: QueryDict
    idempotency_key: str | None


def read_slot_call(request: HttpRequest, *, fragment: str, timeout_ms: int) -> SlotCall:
    """Read a GET; raises PassportRefused or ContractBroken with a sentence."""
    player, session = _identity(request, fragment)
    return SlotCall(
        request=request,
        player=player,
        session=session,
        mount=_mount(request),
        mode=_mode(request, default="preview"),
        deadline=Deadline.after_ms(_budget_ms(request, timeout_ms)),
        locale=_locale(request),
    )


def read_action_call(request: HttpRequest, *, fragment: str, timeout_ms: int) -> ActionCall:
    """Read an action; raises PassportRefused or ContractBroken with a sentence."""
    player, session = _identity(request, fragment)
    form = request.POST
    return ActionCall(
        request=request,
        player=player,
        session=session,
        mount=_mount(request),
        mode=_mode(request, default="action"),
        deadline=Deadline.after_ms(_budget_ms(request, timeout_ms)),
        locale=_locale(request),
        form=form,
        idempotency_key=(request.headers.get(headers.IDEMPOTENCY_KEY) or form.get("idempotency_key") or "")[:200]
        or None,
    )


@lru_cache(maxsize=1)
def trusted_keys(texts: tuple[str, ...]) -> tuple[Ed25519PublicKey, ...]:
    """The public keys of the setting PASSPORT_PUBLIC_KEYS: the live one and the one being rotated out."""
    return tuple(public_key_from_text(text) for text in texts)


def _identity(request: HttpRequest, fragment: str) -> tuple[str | None, str | None]:
    authorization = request.headers.get("Authorization")
    if authorization is None:
        return None, None
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > _TOKEN_CHARACTERS_MAX:
        raise PassportRefused("Authorization must be 'Bearer <passport>'.")
    passport = read_passport(token, trusted_keys(settings.PASSPORT_PUBLIC_KEYS), audience=fragment)
    return passport.player, passport.session


def _mount(request: HttpRequest) -> str:
    contract = request.headers.get(headers.CONTRACT)
    if contract is not None and contract != str(headers.CONTRACT_VERSION):
        raise ContractBroken(f"{headers.CONTRACT} is {contract!r}; this fragment speaks {headers.CONTRACT_VERSION}.")
    mount = request.headers.get(headers.MOUNT, "")
    if mount and not _MOUNT.fullmatch(mount):
        raise ContractBroken(f"{headers.MOUNT} is {mount!r}; it must look like /f/wallet.")
    return mount


def _mode(request: HttpRequest, *, default: Mode) -> Mode:
    mode = request.headers.get(headers.MODE, default)
    return cast("Mode", mode) if mode in headers.MODES else default


def _budget_ms(request: HttpRequest, timeout_ms: int) -> int:
    text = request.headers.get(headers.DEADLINE_MS, "")
    return min(int(text), timeout_ms) if _DEADLINE.fullmatch(text) else timeout_ms


def _locale(request: HttpRequest) -> str:
    first = request.headers.get("Accept-Language", "en").split(",", 1)[0].split(";", 1)[0].strip()
    return first if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", first) else "en"
