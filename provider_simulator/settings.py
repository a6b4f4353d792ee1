"""What the environment may decide about the simulator; anything unusable is refused in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

PROVIDER = "simulator"
MOST_ROUNDS_PER_S = 500.0


class SettingUnusable(Exception):
    """A setting's value cannot be used; the text names the setting, the value's fault and what to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSettings:
    """`seed` chooses the world; `rounds_per_s` is the pace of all bots together, 0 leaves them out.

    `is_still` stops the world's clock at the start, so that a test can tell what an outage changed from what moved.
    """

    seed: int
    wallet_url: str
    secret: str
    rounds_per_s: float
    is_still: bool = False


def read_settings(environ: Mapping[str, str]) -> SimulatorSettings:
    """Read the variables named in the messages below; raises `SettingUnusable` for the first one that is of no use."""
    rounds_per_s = _rounds_per_s(environ.get("BOT_ROUNDS_PER_S", "4"))
    return SimulatorSettings(
        seed=_seed(environ.get("SIMULATOR_SEED", "7")),
        wallet_url=_wallet_url(environ.get("WALLET_URL", "http://127.0.0.1:8101")),
        secret=_secret(environ) if rounds_per_s else "",
        rounds_per_s=rounds_per_s,
        is_still=_is_on(environ.get("SIMULATOR_STILL", "0")),
    )


def _seed(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise SettingUnusable(f"SIMULATOR_SEED={text!r} is not a whole number; write for example 7.") from None


def _rounds_per_s(text: str) -> float:
    try:
        rounds_per_s = float(text)
    except ValueError:
        rounds_per_s = -1.0
    if not 0 <= rounds_per_s <= MOST_ROUNDS_PER_S:
        raise SettingUnusable(
            f"BOT_ROUNDS_PER_S={text!r} is not usable; write a number from 0 (no bots) to {MOST_ROUNDS_PER_S:.0f}."
        )
    return rounds_per_s


def _is_on(text: str) -> bool:
    return text.strip().lower() not in ("0", "false", "no", "off")


def _wallet_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingUnusable(f"WALLET_URL={text!r} is not an address; write for example http://127.0.0.1:8101.")
    return text.rstrip("/")


def _secret(environ: Mapping[str, str]) -> str:
    is_debug = _is_on(environ.get("DEBUG", "1"))
    text = environ.get("PROVIDER_SECRETS", f"{PROVIDER}=demo-secret" if is_debug else "")
    for pair in text.split(","):
        name, _, secret = pair.strip().partition("=")
        if name == PROVIDER and secret:
            return secret
    raise SettingUnusable(
        f"PROVIDER_SECRETS names no secret for {PROVIDER!r}, with which bots sign their calls; "
        f"write {PROVIDER}=<secret>, the same as the wallet has, or set BOT_ROUNDS_PER_S=0."
    )
