"""The envelope refuses what is not an event, in a sentence, and ignores what a newer publisher adds."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from fragment_kit.contract.errors import EventRefused
from fragment_kit.contract.events import EVENT_CHARACTERS_MAX, CloudEvent, rfc3339, uuid7

GOOD = {
    "specversion": "1.0",
    "id": "1",
    "source": "/wallet",
    "type": "shell.wallet.opened.v1",
    "subject": "wallet/1",
    "aggregateversion": 1,
    "time": "2026-11-23T19:00:00.000005Z",
    "partitionkey": "1",
    "data": {"name": "Ünïcode ♠"},
}


def test_it_survives_its_journey_letter_for_letter() -> None:
    event = CloudEvent.from_json(json.dumps(GOOD))
    assert CloudEvent.from_json(event.to_json()) == event
    assert CloudEvent.from_json(event.to_json()).to_json() == event.to_json()
    assert json.loads(event.to_json()).items() >= GOOD.items()


def test_it_ignores_attributes_of_a_newer_publisher() -> None:
    assert CloudEvent.from_json(json.dumps({**GOOD, "sequence": 7})) == CloudEvent.from_json(json.dumps(GOOD))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"id": None}, "id"),
        ({"type": "opened"}, "type"),
        ({"subject": "wallet"}, "subject"),
        ({"aggregateversion": 0}, "aggregateversion"),
        ({"aggregateversion": "1"}, "aggregateversion"),
        ({"time": "today"}, "time"),
        ({"time": "2026-11-23T19:00:00"}, "time"),
        ({"data": []}, "data"),
    ],
)
def test_it_names_the_attribute_that_is_wrong(change: dict[str, Any], named: str) -> None:
    with pytest.raises(EventRefused, match=named):
        CloudEvent.from_json(json.dumps({**GOOD, **change}))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "x" * (EVENT_CHARACTERS_MAX + 1)])
def test_it_refuses_what_is_not_an_object(text: str) -> None:
    with pytest.raises(EventRefused):
        CloudEvent.from_json(text)


def test_its_ids_are_version_7_and_grow_with_time() -> None:
    ids = [uuid7() for _ in range(1_000)]
    assert {(found.version, found.variant) for found in ids} == {(7, "specified in RFC 4122")}
    assert len(set(ids)) == 1_000
    milliseconds = [found.int >> 80 for found in ids]
    assert milliseconds == sorted(milliseconds)
    assert abs(milliseconds[0] / 1000 - datetime.now(UTC).timestamp()) < 60


def test_it_writes_moments_in_utc() -> None:
    moment = datetime.fromisoformat("2026-11-23T20:00:00+01:00")
    assert rfc3339(moment) == "2026-11-23T19:00:00.000000Z"
