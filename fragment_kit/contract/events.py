"""The envelope that every event travels in: CloudEvents 1.0 as JSON, with the few extensions that consumers need."""

from __future__ import annotations

import json
import os
import re
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from fragment_kit.contract.errors import EventRefused
from fragment_kit.contract.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

SPEC_VERSION: Final = "1.0"
EVENT_CHARACTERS_MAX: Final = 65_536
_TYPE: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_SUBJECT: Final = re.compile(r"[a-z][a-z0-9_]*/[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudEvent:
    """One thing that happened.

    Attributes:
        id: UUIDv7 as text; (source, id) is unique for ever, so equal pairs are the same event.
        source: who says so, `/wallet`.
        type: what happened, with its version: `shell.wallet.bet_placed.v1`.
        subject: what it happened to: `wallet/<id>`. Order holds within one subject only.
        aggregateversion: 1, 2, 3 … within the subject, without a gap.
        time: aware UTC moment of the commit side.
        data: the facts; money as texts of integer minor units.
        partitionkey: events with the same key keep their order in a broker.
        correlationid, causationid: the request and the event that led here, when known.

    """

    id: str
    source: str
    type: str
    subject: str
    aggregateversion: int
    time: datetime
    data: Mapping[str, Any]
    partitionkey: str
    correlationid: str | None = None
    causationid: str | None = None

    def to_json(self) -> str:
        """The event as one line of JSON, the same characters for the same event."""
        body: dict[str, Any] = {
            "specversion": SPEC_VERSION,
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "subject": self.subject,
            "time": rfc3339(self.time),
            "datacontenttype": "application/json",
            "dataschema": f"{self.source}/schemas/{self.type}.json",
            "partitionkey": self.partitionkey,
            "aggregateversion": self.aggregateversion,
            "data": dict(self.data),
        }
        if self.correlationid is not None:
            body["correlationid"] = self.correlationid
        if self.causationid is not None:
            body["causationid"] = self.causationid
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> CloudEvent:
        """Read one event; attributes of a newer publisher are ignored.

        Raises:
            EventRefused: the text is not an event; the sentence names the attribute.

        """
        if len(text) > EVENT_CHARACTERS_MAX:
            raise EventRefused(f"event: has {len(text)} characters; {EVENT_CHARACTERS_MAX} are allowed.")
        try:
            decoded = json.loads(text)
        except ValueError as error:
            raise EventRefused(f"event: is not JSON: {error}.") from None
        table = Table(decoded, where="event", strict=False, refusal=EventRefused)
        table.choice("specversion", (SPEC_VERSION,))
        return cls(
            id=table.text("id", longest=200),
            source=table.text("source", longest=200),
            type=table.text("type", pattern=_TYPE, longest=200),
            subject=table.text("subject", pattern=_SUBJECT),
            aggregateversion=table.integer("aggregateversion", low=1, high=2**63 - 1),
            time=_moment(table),
            data=_data(decoded, table),
            partitionkey=table.text("partitionkey", longest=200),
            correlationid=table.text("correlationid", default="") or None,
            causationid=table.text("causationid", default="") or None,
        )


def rfc3339(moment: datetime) -> str:
    """An aware moment as UTC text with microseconds: `2026-11-23T19:00:00.000000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def uuid7() -> uuid.UUID:
    """A new identifier that begins with the time in milliseconds: neighbours in time are neighbours in an index."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def _moment(table: Table) -> datetime:
    text = table.text("time", longest=40)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        table.refuse("time", f"is {text!r}; write RFC 3339, 2026-11-23T19:00:00Z")
    if moment.tzinfo is None:
        table.refuse("time", f"is {text!r}, which has no time zone")
    return moment


def _data(decoded: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
    data = decoded.get("data")
    if not isinstance(data, dict):
        table.refuse("data", "must be an object")
    return data
