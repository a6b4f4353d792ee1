"""Who the player is, as a short-lived signed token from the shell to one fragment (JWT, EdDSA)."""

from __future__ import annotations

import base64
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fragment_kit.contract.errors import PassportRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

ISSUER: Final = "shell"
LIFETIME_S_MAX: Final = 60
ALGORITHM: Final = "EdDSA"
CLOCK_SKEW_S: Final = 5

# The public half of the key that the shell signs with when DEBUG is on and no key is given; refused in production.
DEVELOPMENT_PUBLIC_KEY: Final = "fHIAFdZ2AZtsSp-KbwL4052YWESRN5yda9JiErF7UgE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passport:
    """A player as one fragment sees them: `player` is opaque, `session` is a hash, times in seconds since the epoch."""

    player: str
    session: str
    audience: str
    expires_at_s: int
    token_id: str


def sign_passport(key: Ed25519PrivateKey, *, player: str, session: str, audience: str, lifetime_s: int = 60) -> str:
    """Return the compact JWT for one player and one fragment; `lifetime_s` is at most 60."""
    if not 0 < lifetime_s <= LIFETIME_S_MAX:
        raise ValueError(f"A passport lives 1–{LIFETIME_S_MAX} s, not {lifetime_s} s.")
    now_s = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": audience,
        "sub": player,
        "sid": session,
        "iat": now_s,
        "exp": now_s + lifetime_s,
        "jti": uuid.uuid4().hex,
    }
    return jwt.encode(claims, key, algorithm=ALGORITHM)


def read_passport(token: str, keys: Sequence[Ed25519PublicKey], *, audience: str) -> Passport:
    """Return the passport if one of `keys` (the live one and the one being rotated out) signed it for `audience`."""
    for key in keys:
        try:
            return _claims_of(token, key, audience)
        except jwt.InvalidSignatureError:
            continue
        except jwt.InvalidTokenError as error:
            raise PassportRefused(f"The passport for {audience!r} is not valid: {error}.") from error
    raise PassportRefused(f"The passport for {audience!r} is signed by none of the {len(keys)} keys we trust.")


def _claims_of(token: str, key: Ed25519PublicKey, audience: str) -> Passport:
    claims = jwt.decode(
        token,
        key,
        algorithms=[ALGORITHM],
        audience=audience,
        issuer=ISSUER,
        leeway=CLOCK_SKEW_S,
        options={"require": ["exp", "iat", "aud", "iss", "sub", "sid", "jti"]},
    )
    if claims["exp"] - claims["iat"] > LIFETIME_S_MAX:
        raise PassportRefused(f"The passport for {audience!r} lives longer than {LIFETIME_S_MAX} s.")
    return Passport(
        player=claims["sub"],
        session=claims["sid"],
        audience=audience,
        expires_at_s=claims["exp"],
        token_id=claims["jti"],
    )


def public_key_from_text(text: str) -> Ed25519PublicKey:
    """Read a raw Ed25519 public key written as unpadded base64url (43 characters)."""
    return Ed25519PublicKey.from_public_bytes(_raw_key(text))


def private_key_from_text(text: str) -> Ed25519PrivateKey:
    """Read a raw Ed25519 private key written as unpadded base64url (43 characters)."""
    return Ed25519PrivateKey.from_private_bytes(_raw_key(text))


def _raw_key(text: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(text.strip() + "=" * (-len(text.strip()) % 4))
    except ValueError as error:
        raise ValueError("A passport key must be base64url text of a raw 32-byte Ed25519 key.") from error
    if len(raw) != 32:  # noqa: PLR2004 - the size of an Ed25519 key
        raise ValueError(f"A passport key must be 32 bytes long, this one has {len(raw)}.")
    return raw
