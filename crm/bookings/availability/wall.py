"""Between what the clock on the wall shows and instants, over every change of the zone.

A time that comes twice begins with its first. A time that is left out begins when the clock jumps over it: so each
wall clock of a day has one instant, later ones never an earlier one, and hours that lie in the gap are empty.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from crm.bookings.availability.types import DAY, Span, common, joined

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock has no zone
FIRST_DAY = date(1970, 1, 1).toordinal()
# A zone that changes twice in so many minutes is not known.
_STEP = 360

Week = Sequence[Sequence[Span]]


def minute_of(moment: datetime) -> int:
    """The minute an aware moment lies in."""
    return int(moment.timestamp() // 60)


def moment_of(minute: int) -> datetime:
    """The beginning of a minute, in UTC."""
    return datetime.fromtimestamp(minute * 60, UTC)


@lru_cache(maxsize=65536)
def offset_at(zone: ZoneInfo, minute: int) -> int:
    """How many minutes the clock is ahead of UTC."""
    offset = datetime.fromtimestamp(minute * 60, zone).utcoffset()
    return int((offset or timedelta()).total_seconds() // 60)


@lru_cache(maxsize=65536)
def instant(zone: ZoneInfo, day: int, minute: int) -> int:
    """When the clock first shows that minute of a day (its ordinal), or one later; `minute` may pass midnight."""
    wall = (day - FIRST_DAY) * DAY + minute
    naive = EPOCH + timedelta(minutes=wall)
    first = wall - _offset(naive, zone, 0)
    if first + offset_at(zone, first) == wall:
        return first
    # Left out: somewhere between the two readings the clock jumps over it.
    low, high = wall - _offset(naive, zone, 1), first
    while high - low > 1:
        middle = (low + high) // 2
        if middle + offset_at(zone, middle) >= wall:
            high = middle
        else:
            low = middle
    return high


def _offset(naive: datetime, zone: ZoneInfo, fold: int) -> int:
    offset = naive.replace(tzinfo=zone, fold=fold).utcoffset()
    return int((offset or timedelta()).total_seconds() // 60)


@lru_cache(maxsize=4096)
def pieces(zone: ZoneInfo, start: int, end: int) -> tuple[tuple[int, int, int], ...]:
    """The stretch cut where the offset changes: (start, end, offset)."""
    found: list[tuple[int, int, int]] = []
    at = start
    while at < end:
        offset, edge = offset_at(zone, at), at
        while edge < end and offset_at(zone, min(edge + _STEP, end)) == offset:
            edge += _STEP
        if edge >= end:
            found.append((at, end, offset))
            break
        low, high = edge, min(edge + _STEP, end)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset_at(zone, middle) == offset else (low, middle)
        found.append((at, high, offset))
        at = high
    return tuple(found)


def day_of(zone: ZoneInfo, minute: int) -> int:
    """The ordinal of the day it is there."""
    return (minute + offset_at(zone, minute)) // DAY + FIRST_DAY


def span_of_day(zone: ZoneInfo, day: int) -> Span:
    """From midnight to midnight."""
    return instant(zone, day, 0), instant(zone, day + 1, 0)


class Calendar:
    """Weekly hours and the days that differ, as instants."""

    def __init__(self, week: Week, dated: dict[int, Sequence[Span]], yearly: dict[tuple[int, int], Sequence[Span]]):
        self.week, self.dated, self.yearly = week, dated, yearly

    def hours(self, day: int) -> Sequence[Span]:
        """What is open on a day, in minutes of its wall clock."""
        if day in self.dated:
            return self.dated[day]
        if self.yearly:
            named = date.fromordinal(day)
            if (named.month, named.day) in self.yearly:
                return self.yearly[named.month, named.day]
        return self.week[(day - 1) % 7]

    def spans(self, zone: ZoneInfo, first: int, last: int) -> list[Span]:
        """The instants of the days from `first` to `last`, and what reaches into them from the night before."""
        return joined(
            (instant(zone, day, start), instant(zone, day, end))
            for day in range(first - 1, last + 1)
            for start, end in self.hours(day)
        )


def working(zone: ZoneInfo, own: Calendar, salon: Calendar, first: int, last: int) -> list[Span]:
    """When somebody works: their hours within the salon's."""
    return common(own.spans(zone, first, last), salon.spans(zone, first, last))
