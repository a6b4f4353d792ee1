"""Days and windows of the house: which calendar days a limit counts, whatever the clock does in between."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from fragment_kit.contract.errors import SettingRefused

if TYPE_CHECKING:
    from datetime import tzinfo

Period = Literal["day", "week", "month"]
PERIODS: Final[tuple[Period, ...]] = ("day", "week", "month")
DAY_MS: Final = 24 * 3_600_000
WEEK_DAYS: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A length of time that a player chooses: whole days of 24 hours, or whole calendar months."""

    days: int = 0
    months: int = 0

    def after_ms(self, now: datetime) -> int:
        """When it is over; a month from the 31st ends on the last day that the later month has."""
        month = now.month - 1 + self.months
        year, month = now.year + month // 12, month % 12 + 1
        day = min(now.day, monthrange(year, month)[1])
        return to_ms(now.replace(year=year, month=month, day=day) + timedelta(days=self.days))


def house_zone(name: str) -> tzinfo:
    """The zone of a setting; UTC needs no zone files, every other name does. Raises SettingRefused."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise SettingRefused(
            f"HOUSE_TIME_ZONE is {name!r}, which this machine does not know; use a name such as Europe/Lisbon, or UTC."
        ) from None


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970, the form in which care is stored: the same number in every database."""
    return int(moment.timestamp() * 1000)


def to_moment(ms: int) -> datetime:
    """The aware UTC time of such a number."""
    return datetime.fromtimestamp(ms / 1000, tz=UTC)


def day_number(now: datetime, zone: tzinfo) -> int:
    """The house's calendar day as one number; it changes at the house's midnight, also when that day has 23 hours."""
    return now.astimezone(zone).toordinal()


def first_day(period: Period, today: int) -> int:
    """The first day that counts: today, today and the six days before it, or the first of this month."""
    if period == "day":
        return today
    if period == "week":
        return today - WEEK_DAYS + 1
    return date.fromordinal(today).replace(day=1).toordinal()


def next_day(period: Period, today: int) -> int:
    """The day on which the oldest counted day falls out, so that there is room again at the earliest."""
    if period == "month":
        return (date.fromordinal(today).replace(day=28) + timedelta(days=4)).replace(day=1).toordinal()
    return today + 1


def starts_at_ms(day: int, zone: tzinfo) -> int:
    """When a day of the house begins."""
    return to_ms(datetime.combine(date.fromordinal(day), time.min, tzinfo=zone))


def overlap_ms(start_ms: int, end_ms: int, *, since_ms: int) -> int:
    """How much of a stretch of time lies after `since_ms`; never negative, whatever the clock did."""
    return max(0, end_ms - max(start_ms, since_ms))
