"""The log says of each panel that was not fresh what headers and metrics say too, and an outage does not flood it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from fragment_kit.contract.outcome import Stale, Unavailable
from fragment_kit.resilience.clock import ManualClock
from shell.composition.panel_log import BURST, PanelLog
from shell.composition.panels import PanelMaker, Place
from shell.composition.visits import visit_of
from shell.gateway.calls import SlotContent, Trail
from tests.shell.composition.floor import Floor, open_floor
from tests.shell.composition.stage import fresh
from tests.shell.hostile_conducts import CASES

if TYPE_CHECKING:
    import pathlib

    from tests.shell.composition.stage import Stage

PLACE = Place(fragment="lobby", slot="games")


@dataclass
class Lines:
    """Takes the place of the logger."""

    written: list[dict[str, Any]] = field(default_factory=list)

    def warning(self, event: str, /, **fields: object) -> None:
        self.written.append({"event": event, **fields})


@pytest.fixture
def lines() -> Lines:
    return Lines()


def note(log: PanelLog, stage: Stage, outcome: Any, *, attempt: str = "1") -> str:
    scope: Any = {
        "method": "GET",
        "path": "/f/lobby/games",
        "query_string": f"attempt={attempt}".encode(),
        "headers": [],
    }
    visit = visit_of(scope, None)
    view = PanelMaker(stage.book).of(PLACE, outcome, attempt=visit.attempt)
    log.note(visit, view, outcome, Trail(took_ms=412.34, attempts=2, status=503, breaker="half_open"))
    return visit.request_id


def test_a_line_says_what_the_headers_say(stage: Stage, lines: Lines) -> None:
    request_id = note(PanelLog(lines), stage, Unavailable("bad_status", "status 503 at http://10.0.0.7"), attempt="3")
    assert lines.written == [
        {
            "event": "panel not fresh",
            "panel": "lobby.games",
            "state": "unavailable",
            "reason": "bad_status",
            "feed": "",
            "attempt": 3,
            "request_id": request_id,
            "took_ms": 412.3,
            "queued_ms": 0.0,
            "sent": 2,
            "status": 503,
            "breaker": "half_open",
            "cache": "none",
            "detail": "status 503 at http://10.0.0.7",
        }
    ]


def test_what_is_well_is_worth_no_line(stage: Stage, lines: Lines) -> None:
    note(PanelLog(lines), stage, fresh("<p>x</p>"))
    assert lines.written == []


def test_an_outage_writes_a_bounded_number_of_lines_and_counts_the_rest(stage: Stage, lines: Lines) -> None:
    clock = ManualClock()
    log = PanelLog(lines, clock=clock)
    for _ in range(1_000):
        note(log, stage, Unavailable("timeout"))
    assert len(lines.written) == BURST
    note(log, stage, Stale(SlotContent(html="<p>x</p>"), datetime.now(UTC), 3, "timeout"))
    assert lines.written[-1]["state"] == "stale"  # another kind of trouble has room of its own
    clock.advance(2)
    note(log, stage, Unavailable("timeout"))
    assert lines.written[-1]["left_out"] == 1_000 - BURST
    assert len(lines.written) == BURST + 2


async def test_headers_metrics_and_log_hold_the_same_record(
    tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
) -> None:
    floor: Floor
    async with open_floor(tmp_path) as floor:
        floor.behave("lobby", CASES["breaks_down"][1])
        said = await floor.stage.panel("lobby.games", "?attempt=2")
    record = next(record.msg for record in caplog.records if "lobby.games" in str(record.msg))
    assert said.headers["panel-state"] == f"{record['state']}; reason={record['reason']}"
    assert said.headers["x-request-id"] == record["request_id"]
    assert f"received-status={record['status']}" in said.headers["proxy-status"]
    assert f"dur={record['took_ms']}" in said.headers["server-timing"]
    assert record["attempt"] == 2
