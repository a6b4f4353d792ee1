"""The passport: who signed it, for whom, and for how long."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fragment_kit.contract.errors import PassportRefused
from fragment_kit.contract.passport import private_key_from_text, public_key_from_text, read_passport, sign_passport

KEY = Ed25519PrivateKey.generate()
OLD_KEY = Ed25519PrivateKey.generate()
KEYS = (KEY.public_key(), OLD_KEY.public_key())


def token(key: Ed25519PrivateKey = KEY, algorithm: str = "EdDSA", **changes: Any) -> str:
    now_s = int(time.time())
    claims = {"iss": "shell", "aud": "wallet", "sub": "ana", "sid": "s", "iat": now_s, "exp": now_s + 60, "jti": "1"}
    kept = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    return jwt.encode(kept, key, algorithm=algorithm)


def test_it_tells_the_fragment_who_the_player_is() -> None:
    passport = read_passport(sign_passport(KEY, player="ana", session="h", audience="wallet"), KEYS, audience="wallet")
    assert (passport.player, passport.session, passport.audience) == ("ana", "h", "wallet")


def test_it_is_still_read_while_its_key_is_being_rotated_out() -> None:
    assert read_passport(token(OLD_KEY), KEYS, audience="wallet").player == "ana"


@pytest.mark.parametrize(
    "forged",
    [
        token(Ed25519PrivateKey.generate()),
        token(aud="lobby"),
        token(iss="somebody"),
        token(exp=int(time.time()) - 30),
        token(exp=int(time.time()) + 600),
        token(sub=None),
        token(jti=None),
        jwt.encode({"sub": "ana"}, "a secret that is long enough for HMAC", algorithm="HS256"),
        jwt.encode({"sub": "ana"}, None, algorithm="none"),
        "not.a.token",
        "",
    ],
)
def test_it_is_refused_when_anything_about_it_is_wrong(forged: str) -> None:
    with pytest.raises(PassportRefused):
        read_passport(forged, KEYS, audience="wallet")


def test_it_never_lives_longer_than_a_minute() -> None:
    with pytest.raises(ValueError, match="61 s"):
        sign_passport(KEY, player="ana", session="h", audience="wallet", lifetime_s=61)


def test_it_names_a_key_that_is_not_a_key() -> None:
    for text in ("short", "!" * 43):
        with pytest.raises(ValueError, match="key must be"):
            public_key_from_text(text)


def test_it_reads_the_private_key_it_is_given() -> None:
    import base64

    raw = KEY.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    text = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    assert private_key_from_text(text).public_key() == KEY.public_key()
