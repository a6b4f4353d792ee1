"""How every feed draws its data: numbers that depend on nothing but a seed and a name, in any process and order."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")
_SPAN = 2**64


def draw(*name: object) -> int:
    """Return the same number below 2**64 for the same name, always; `random` would need 5 times as long to seed."""
    key = "\x1f".join(map(str, name)).encode()
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "big")


def fraction(*name: object) -> float:
    """Return a number in [0, 1) for this name."""
    return draw(*name) / _SPAN


def pick(choices: tuple[T, ...], *name: object) -> T:
    """Return one of `choices`, all equally likely."""
    return choices[draw(*name) % len(choices)]


def weighted(shares: tuple[tuple[T, int], ...], *name: object) -> T:
    """Return one of `shares`' first members, each as likely as its whole-number share of the total."""
    ticket = draw(*name) % sum(share for _, share in shares)
    for choice, share in shares:
        if ticket < share:
            return choice
        ticket -= share
    return shares[-1][0]


def drift(at_s: int, period_s: int, *name: object) -> float:
    """Return a number in [0, 1) that glides from one random height to the next every `period_s` seconds."""
    step, into = divmod(at_s, period_s)
    here, there = fraction(*name, step), fraction(*name, step + 1)
    weight = into / period_s
    ease = weight * weight * (3 - 2 * weight)
    return here + (there - here) * ease


def rfc3339(at_s: float) -> str:
    """Return unix seconds as UTC text, whole seconds: 2026-11-23T19:00:00Z."""
    return datetime.fromtimestamp(int(at_s), tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
