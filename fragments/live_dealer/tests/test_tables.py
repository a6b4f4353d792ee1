"""The slot `tables` in every state that its feed can put it in."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from fragments.live_dealer.tests.reports import report, table

if TYPE_CHECKING:
    from fragment_kit.resilience.clock import ManualClock
    from fragment_kit.testing.fake_feed import FakeFeed
    from fragment_kit.testing.shell import FakeShell


async def test_it_shows_the_tables_that_the_feed_reports(shell: FakeShell, feed: FakeFeed) -> None:
    response = await shell.get("/slots/tables")
    html = response.content.decode()
    assert response.headers["Fragment-State"] == "fresh"
    assert "Roulette A" in html
    assert "4 seats free" in html
    assert "1 – 500" in html


async def test_it_puts_open_tables_first(shell: FakeShell, feed: FakeFeed) -> None:
    feed.body = report(table("a", name="Aurora", status="CLOSED"), table("z", name="Zenith"))
    html = (await shell.get("/slots/tables")).content.decode()
    assert html.index("Zenith") < html.index("Aurora")


async def test_it_keeps_what_it_last_heard_when_the_feed_falls_silent(
    shell: FakeShell, feed: FakeFeed, clock: ManualClock
) -> None:
    await shell.get("/slots/tables")
    feed.mode = "down"
    clock.advance(2)
    response = await shell.get("/slots/tables")
    assert response.headers["Fragment-State"].startswith("degraded; feed=tables; as-of=")
    assert 'data-status="OPEN"' in response.content.decode()


async def test_it_calls_every_status_unknown_after_five_seconds_of_silence(
    shell: FakeShell, feed: FakeFeed, clock: ManualClock
) -> None:
    await shell.get("/slots/tables")
    feed.mode = "down"
    clock.advance(5)
    html = (await shell.get("/slots/tables")).content.decode()
    assert "Status unknown" in html
    assert "Seats not known" in html
    assert 'data-status="OPEN"' not in html


async def test_it_shows_words_alone_after_thirty_seconds_of_silence(
    shell: FakeShell, feed: FakeFeed, clock: ManualClock
) -> None:
    await shell.get("/slots/tables")
    feed.mode = "down"
    clock.advance(31)
    response = await shell.get("/slots/tables")
    assert response.headers["Fragment-State"] == "degraded; feed=tables"
    assert "can't show live tables" in response.content.decode().replace("&#x27;", "'")


@pytest.mark.parametrize("mode", ["refuse", "nonsense", "hang"])
async def test_it_answers_in_time_whatever_the_feed_does(shell: FakeShell, feed: FakeFeed, mode: str) -> None:
    feed.mode = mode  # type: ignore[assignment]
    started_s = time.monotonic()
    response = await shell.get("/slots/tables", deadline_ms=500)
    assert response.headers["Fragment-State"] == "degraded; feed=tables"
    assert time.monotonic() - started_s < 1


async def test_it_refuses_a_report_with_a_status_that_nobody_agreed_on(shell: FakeShell, feed: FakeFeed) -> None:
    feed.body = report(table(status="ON_FIRE"))
    assert (await shell.get("/slots/tables")).headers["Fragment-State"] == "degraded; feed=tables"


async def test_it_does_not_mistake_unknown_seats_for_an_empty_table(shell: FakeShell, feed: FakeFeed) -> None:
    feed.body = report(table(seats_taken=None))
    assert "Seats not known" in (await shell.get("/slots/tables")).content.decode()


async def test_it_shows_a_repeated_round_once_and_the_newest_first(shell: FakeShell, feed: FakeFeed) -> None:
    result = {"round_id": "r1", "result": "17", "at": "2026-11-23T18:59:00+00:00"}
    newer = {"round_id": "r2", "result": "8", "at": "2026-11-23T19:00:00+00:00"}
    feed.body = report(table(results=[result, result, newer]))
    assert "8 · 17" in (await shell.get("/slots/tables")).content.decode()


async def test_it_says_results_in_words_of_the_table(shell: FakeShell, feed: FakeFeed) -> None:
    at = "2026-11-23T18:59:00+00:00"
    words = ("dealer-bust", "dealer-18", "banker")
    feed.body = report(table(results=[{"round_id": word, "result": word, "at": at} for word in words]))
    assert "bust · 18 · Banker" in (await shell.get("/slots/tables")).content.decode()


async def test_it_is_empty_and_says_so_when_no_table_runs(shell: FakeShell, feed: FakeFeed) -> None:
    feed.body = report()
    response = await shell.get("/slots/tables")
    assert response.headers["Fragment-State"] == "empty"
    assert "No live tables are running" in response.content.decode()
