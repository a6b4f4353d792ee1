"""Days and windows: midnight of the house, short and long days, leap days, and months of unequal length."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fragment_kit.contract.errors import SettingRefused
from fragments.wallet.care.ceilings import DaySum, Used
from fragments.wallet.care.windows import (
    PERIODS,
    Term,
    day_number,
    first_day,
    house_zone,
    next_day,
    overlap_ms,
    starts_at_ms,
    to_moment,
    to_ms,
)

LISBON, BERLIN = ZoneInfo("Europe/Lisbon"), ZoneInfo("Europe/Berlin")
HOUR_MS = 3_600_000


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def test_it_ends_the_day_at_the_houses_midnight_in_winter_and_in_summer() -> None:
    winter, summer = datetime(2026, 1, 10, 23, 30, tzinfo=UTC), datetime(2026, 7, 10, 22, 30, tzinfo=UTC)
    assert day_number(winter, BERLIN) == day("2026-01-11")
    assert day_number(winter, LISBON) == day("2026-01-10")
    assert day_number(summer, BERLIN) == day("2026-07-11")


@pytest.mark.parametrize(("text", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_it_knows_days_of_23_and_25_hours(text: str, hours: int) -> None:
    start, end = starts_at_ms(day(text), BERLIN), starts_at_ms(day(text) + 1, BERLIN)
    assert end - start == hours * HOUR_MS
    assert day_number(to_moment(start), BERLIN) == day_number(to_moment(end - 1), BERLIN) == day(text)
    assert day_number(to_moment(end), BERLIN) == day(text) + 1


def test_it_starts_months_on_the_first_also_around_a_leap_day() -> None:
    assert first_day("month", day("2028-02-29")) == day("2028-02-01")
    assert next_day("month", day("2028-02-29")) == day("2028-03-01")
    assert first_day("week", day("2028-03-03")) == day("2028-02-26")
    assert next_day("month", day("2026-12-31")) == day("2027-01-01")


@pytest.mark.parametrize(
    ("start", "term", "end"),
    [
        ("2028-01-31", Term(months=1), "2028-02-29"),
        ("2027-01-31", Term(months=1), "2027-02-28"),
        ("2028-02-29", Term(months=12), "2029-02-28"),
        ("2028-02-29", Term(months=60), "2033-02-28"),
        ("2026-12-15", Term(months=3), "2027-03-15"),
        ("2026-10-24", Term(days=1), "2026-10-25"),
    ],
)
def test_it_adds_whole_months_and_days(start: str, term: Term, end: str) -> None:
    begun = datetime.fromisoformat(start).replace(hour=12, tzinfo=UTC)
    assert to_moment(term.after_ms(begun)) == datetime.fromisoformat(end).replace(hour=12, tzinfo=UTC)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 90), st.sampled_from(PERIODS))
def test_a_day_counts_from_its_own_window_until_the_next_day_it_falls_out(today: date, later: int, period: str) -> None:
    number = today.toordinal()
    sums = [DaySum(number, staked=5, won=2, topped_up=7)]
    used = Used(today=number + later, days=sums)
    is_inside = first_day(period, number + later) <= number  # type: ignore[arg-type]
    assert used.lost(period) == (3 if is_inside else 0)  # type: ignore[arg-type]
    assert used.topped_up(period) == (7 if is_inside else 0)  # type: ignore[arg-type]
    assert first_day(period, number) <= number < next_day(period, number)  # type: ignore[arg-type]


@given(st.integers(946_684_800_000, 4_102_444_800_000), st.sampled_from([UTC, LISBON, BERLIN]))
def test_every_moment_lies_in_its_day(moment_ms: int, zone: ZoneInfo) -> None:
    moment = to_moment(moment_ms)
    number = day_number(moment, zone)
    assert starts_at_ms(number, zone) <= to_ms(moment) < starts_at_ms(number + 1, zone)


def test_it_counts_only_what_lies_in_the_window_and_never_less_than_nothing() -> None:
    assert overlap_ms(10, 30, since_ms=20) == 10
    assert overlap_ms(10, 30, since_ms=0) == 20
    assert overlap_ms(10, 30, since_ms=40) == 0
    assert overlap_ms(30, 10, since_ms=0) == 0


def test_it_says_which_setting_names_a_zone_that_is_none() -> None:
    assert house_zone("UTC") is UTC
    assert house_zone("Europe/Lisbon") == LISBON
    for wrong in ("Mars/Olympus", "../etc/passwd", ""):
        with pytest.raises(SettingRefused, match="HOUSE_TIME_ZONE"):
            house_zone(wrong)


def test_time_of_play_counts_in_the_window_of_the_day() -> None:
    midnight = starts_at_ms(day("2026-11-23"), UTC)
    used = Used(today=day("2026-11-23"), days=[], stretches_ms=[(midnight - HOUR_MS, midnight + HOUR_MS)])
    assert used.played_ms("day") == HOUR_MS
    assert used.played_ms("week") == 2 * HOUR_MS
    assert timedelta(milliseconds=used.played_ms("month")) == timedelta(hours=2)
