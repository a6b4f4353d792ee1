"""Remembers heads of answers that were read and found sound: a fragment says the same ones again and again."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# A head carries the time of day, so a busy fragment has a new one each second for each of its slots.
HEADS_MAX: Final = 64
HEAD_BYTES_MAX: Final = 2_048
END: Final = b"\r\n\r\n"


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """Status, headers and the length that they announce; the same object each time that the same bytes come."""

    status: int
    headers: Mapping[str, str]
    body_bytes: int


class Heads:
    """The heads of one fragment, byte for byte; the one unused for longest leaves first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, Head] = OrderedDict()

    def find(self, answer: bytes) -> tuple[Head, bytes] | None:
        """Head and body of an answer that is all there and begins with a known head."""
        end = answer.find(END, 0, HEAD_BYTES_MAX) + len(END)
        head = self._kept.get(answer[:end])
        if head is None or len(answer) != end + head.body_bytes:
            return None
        return head, answer[end:]

    def keep(self, answer: bytes, status: int, headers: Mapping[str, str]) -> None:
        """Remember the head of an answer that came whole and in one piece, framed by its length."""
        end = answer.find(END, 0, HEAD_BYTES_MAX) + len(END)
        if headers.get("content-length") != str(len(answer) - end):
            return
        self._kept[answer[:end]] = Head(status, headers, len(answer) - end)
        if len(self._kept) > HEADS_MAX:
            self._kept.popitem(last=False)
