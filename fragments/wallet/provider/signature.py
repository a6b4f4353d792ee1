"""First gate of the provider API: who signed this, and is it recent; decided before the database hears of it."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

WINDOW_S: Final = 60
_SIGNATURE: Final = re.compile(rb"v1=[0-9a-f]{64}")
_TIMESTAMP: Final = re.compile(rb"[0-9]{1,12}")


def sign(secret: str, *, timestamp_s: int, body: bytes) -> str:
    """The value of `Provider-Signature` for a body sent at `timestamp_s` (Unix seconds)."""
    digest = hmac.new(secret.encode(), b"%d." % timestamp_s + body, hashlib.sha256)
    return f"v1={digest.hexdigest()}"


def complaint(secret: str, *, timestamp: bytes, signature: bytes, body: bytes, now_s: float) -> str | None:
    """None when the signature is good and recent, else a sentence that says what is wrong with it."""
    if not _TIMESTAMP.fullmatch(timestamp):
        return "Provider-Timestamp must be the Unix time in seconds"
    if not _SIGNATURE.fullmatch(signature):
        return "Provider-Signature must be v1=<64 hex digits>"
    # The digest is compared first and in constant time, so that a wrong key learns nothing about our clock.
    if not hmac.compare_digest(sign(secret, timestamp_s=int(timestamp), body=body).encode(), signature):
        return "Provider-Signature does not match the body and Provider-Timestamp"
    if abs(now_s - int(timestamp)) > WINDOW_S:
        return f"Provider-Timestamp is more than {WINDOW_S} s away from our clock"
    return None
