"""Turns what was published into the text that goes over sockets: one root element, made once for all of them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any, Final

from fragment_kit.contract.errors import ContractBroken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

EPOCH: Final = re.compile(r"[0-9A-Za-z_-]{1,40}")
UPDATE_BYTES_MAX: Final = 65_536


class UpdateRefused(ContractBroken):
    """A published update is not what the contract says; the text names what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A board as its fragment published it. `seq` counts within `epoch`; `html` is not checked yet."""

    topic: str
    epoch: str
    seq: int
    as_of: datetime
    html: str

    def is_newer_than(self, other: Update | None) -> bool:
        """Whether this one may take the other's place: pub/sub and snapshots can cross, and then the older loses."""
        if other is None:
            return True
        return self.seq > other.seq if self.epoch == other.epoch else self.as_of >= other.as_of


def read_update(raw: bytes | str) -> Update:
    """Read `{"topic", "epoch", "seq", "as_of", "html"}`; raises UpdateRefused."""
    if len(raw) > UPDATE_BYTES_MAX:
        raise UpdateRefused(f"a live update has {len(raw)} bytes; send at most {UPDATE_BYTES_MAX}.")
    try:
        data: dict[str, Any] = json.loads(raw)
        update = Update(
            topic=str(data["topic"]),
            epoch=str(data["epoch"]),
            seq=int(data["seq"]),
            as_of=datetime.fromisoformat(data["as_of"]),
            html=str(data["html"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise UpdateRefused(f"a live update cannot be read ({type(error).__name__}: {error}).") from error
    if not EPOCH.fullmatch(update.epoch) or update.seq < 0 or update.as_of.tzinfo is None:
        raise UpdateRefused(f"a live update of {update.topic!r} has a bad epoch or seq, or a time without zone.")
    return update


def element_id(topic: str) -> str:
    """`board.daily` is shown in the element `board-daily`."""
    return topic.replace(".", "-").replace("_", "-")


def board_frame(update: Update, *, clean: Callable[[str, str], str], fragment: str) -> str:
    """The frame of a board; `clean(fragment, html)` is the shell's HTML policy and raises ContractBroken."""
    marks = _marks(update.topic, update.epoch, update.seq, update.as_of)
    return f'<div id="{element_id(update.topic)}" {marks}>{clean(fragment, update.html)}</div>'


def panels_frame(
    *,
    epoch: str,
    seq: int,
    slots: Iterable[str],
    spread_ms: int,
    is_moving: bool = True,
    now: datetime | None = None,
) -> str:
    """The signal that tells a page which of its panels to fetch again, over at most `spread_ms` milliseconds.

    `data-live` is `paused` while this process hears nothing that it could pass on, else `moving`.
    """
    marks = _marks("panels", epoch, seq, now or datetime.now(UTC))
    names = escape(" ".join(sorted(slots)))
    live = "moving" if is_moving else "paused"
    said = f'data-refresh="{names}" data-spread-ms="{spread_ms}" data-live="{live}"'
    return f'<div id="live-panels" {marks} {said} hidden></div>'


def _marks(topic: str, epoch: str, seq: int, as_of: datetime) -> str:
    moment = as_of.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return (
        f'hx-swap-oob="morph" data-topic="{escape(topic)}" data-epoch="{escape(epoch)}" '
        f'data-seq="{seq}" data-as-of="{moment}"'
    )
