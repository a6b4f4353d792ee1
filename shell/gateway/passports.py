"""Keeps signed passports for a while, because signing one costs more than all the rest of a quick call."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from fragment_kit.contract.passport import LIFETIME_S_MAX, sign_passport
from fragment_kit.resilience.clock import MONOTONIC, Clock
from shell.gateway.calls import SlotCall

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from shell.gateway.calls import ActionCall

REUSED_S: Final = LIFETIME_S_MAX / 2  # what is left must outlast the longest call
KEPT_MAX: Final = 20_000


class PassportOffice:
    """Signs who the player is, once per session and fragment and half a minute.

    Keys change in three steps: fragments trust the new public key beside the old one; `rotate` lets the shell sign
    with the new private key; a minute later fragments drop the old public key.

    Args:
        key: signs from now on.
        clock: measures how old a passport is.

    """

    def __init__(self, key: Ed25519PrivateKey, *, clock: Clock = MONOTONIC) -> None:
        self._key = key
        self._clock = clock
        self._kept: OrderedDict[tuple[str, str, str], tuple[str, float]] = OrderedDict()

    def passport(self, *, player: str, session: str, fragment: str) -> str:
        """A passport for this fragment that is good for at least half its lifetime."""
        place = (session, player, fragment)
        now_s = self._clock.monotonic()
        kept = self._kept.get(place)
        if kept is not None and now_s - kept[1] < REUSED_S:
            return kept[0]
        token = sign_passport(self._key, player=player, session=session_hash(session), audience=fragment)
        self._kept[place] = (token, now_s)
        self._kept.move_to_end(place)
        if len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return token

    def for_call(self, call: SlotCall | ActionCall) -> str | None:
        """The passport that goes along; None for anonymous players and for slots that all players share."""
        if call.player is None or (isinstance(call, SlotCall) and call.is_shared):
            return None
        return self.passport(player=call.player, session=call.session or "", fragment=call.fragment)

    def rotate(self, key: Ed25519PrivateKey) -> None:
        """Sign with `key` from now on; passports signed before die of age."""
        self._key = key
        self._kept.clear()

    def forget_session(self, session: str) -> None:
        """Drop what was signed for a session that has ended."""
        for place in [place for place in self._kept if place[0] == session]:
            del self._kept[place]


def session_hash(session: str) -> str:
    """What fragments see of a session: enough to tell two apart, nothing to sign in with."""
    return hashlib.sha256(b"croupier passport " + session.encode()).hexdigest()[:32]
