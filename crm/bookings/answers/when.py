"""What day and time a guest names. "quinta" is the next one after today; what is over is said to be over."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from crm.bookings.answers.tables import Table

DAY: Final = 1440
PARTS: Final = {"morning": (0, 720), "afternoon": (720, 1080), "evening": (1080, DAY)}
# Without am or pm, "3" is no time to be at a hairdresser's at night.
_EARLIEST_HOUR: Final = 7
# A date of this year that is over is next year's only if that is not too far away.
_AHEAD: Final = timedelta(days=300)
# Other years are no dates of visits, and with some of them no calendar can reckon.
_YEARS: Final = range(1971, 9001)
_CLOCK: Final = re.compile(r"(\d{1,2})(?:[:.h](\d\d))?(h|hs|hr|hrs|am|pm)?")


@dataclass(frozen=True, slots=True)
class Wish:
    """When it shall be, as the salon's calendar and clock show it; what was not said is open."""

    # Any of them; none: no day was named.
    days: tuple[date, ...] = ()
    # The very minute of the day, or a stretch of the day.
    minute: int | None = None
    from_minute: int = 0
    to_minute: int = DAY
    # "later" or "earlier" than it is.
    than_now: str = ""
    # What was named is over.
    is_past: bool = False

    @property
    def has_time(self) -> bool:
        """Whether a time or a part of the day was named."""
        return self.minute is not None or (self.from_minute, self.to_minute) != (0, DAY)

    def fits(self, moment: datetime) -> bool:
        """Whether a local moment is what was named."""
        shown = moment.hour * 60 + moment.minute
        return (
            not self.is_past
            and not self.than_now
            and (not self.days or moment.date() in self.days)
            and (self.minute in (None, shown))
            and self.from_minute <= shown < self.to_minute
        )


@dataclass(frozen=True, slots=True)
class Part:
    """One expression: a day, days, or a time."""

    wish: Wish
    weekday: int | None = None
    is_range: bool = False


class NoDate(ValueError):
    """There is no such day or time: the 31st of February, 25:70."""


def part_of(kind: str, found: re.Match[str], table: Table, today: date) -> Part:
    """What an expression of the table means. Raises NoDate."""
    named = found.groupdict()
    if kind in _RELATIVE:
        return Part(_RELATIVE[kind])
    if kind in ("today", "tomorrow", "after_tomorrow"):
        return Part(Wish((today + timedelta(days=("today", "tomorrow", "after_tomorrow").index(kind)),)))
    if "weekday" in kind:
        return _weekday(kind, _place(named["weekday"], table.weekdays), today)
    if kind in ("this_week", "next_week", "weekend", "next_month"):
        return Part(Wish(_range(kind, today)), is_range=True)
    if kind in ("month_day", "date", "dated"):
        return Part(_dated(kind, named, table, today))
    return Part(_time(kind, named, table))


def merged(parts: Sequence[Part]) -> Wish:
    """All of them together: days add up, times too, a day and a time belong together."""
    days: list[date] = []
    ranges = [part for part in parts if part.is_range]
    for part in parts:
        if part.weekday is not None and ranges:
            days += [day for one in ranges for day in one.wish.days if day.weekday() == part.weekday]
        elif not part.is_range or all(one.weekday is None for one in parts):
            days += part.wish.days
    wish = Wish(
        tuple(dict.fromkeys(days)),
        than_now=next((part.wish.than_now for part in parts if part.wish.than_now), ""),
        is_past=any(part.wish.is_past for part in parts),
    )
    return _with_times(wish, [part.wish for part in parts if part.wish.has_time])


def settled(wish: Wish, now: datetime) -> Wish:
    """The wish without what is over by now (local time)."""
    if wish.is_past or not wish.days:
        return wish
    until = wish.to_minute if wish.minute is None else wish.minute + 1
    shown = now.hour * 60 + now.minute
    left = tuple(day for day in wish.days if day > now.date() or (day == now.date() and until > shown))
    return replace(wish, days=left, is_past=not left)


def _with_times(wish: Wish, times: Sequence[Wish]) -> Wish:
    minutes = sorted({one.minute for one in times if one.minute is not None})
    ranges = [one for one in times if one.minute is None]
    if len(minutes) == 1:
        return replace(wish, minute=minutes[0])
    if minutes:
        return replace(wish, from_minute=minutes[0], to_minute=minutes[-1] + 1)
    if not ranges:
        return wish
    low, high = max(one.from_minute for one in ranges), min(one.to_minute for one in ranges)
    if low < high:
        return replace(wish, from_minute=low, to_minute=high)
    # "de manhã ou à noite": either.
    low, high = min(one.from_minute for one in ranges), max(one.to_minute for one in ranges)
    return replace(wish, from_minute=low, to_minute=high)


def _weekday(kind: str, weekday: int, today: date) -> Part:
    coming = today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    of_next = today - timedelta(days=today.weekday()) + timedelta(days=7 + weekday)
    if kind == "weekday_of_next":
        return Part(Wish((of_next,)))
    if kind == "weekday_or_next":
        # People mean the one or the other by it.
        return Part(Wish(tuple(dict.fromkeys((coming, of_next)))), weekday)
    return Part(Wish((coming,)), weekday)


def _range(kind: str, today: date) -> tuple[date, ...]:
    monday = today - timedelta(days=today.weekday())
    if kind == "this_week":
        return _days(today, monday + timedelta(days=6))
    if kind == "next_week":
        return _days(monday + timedelta(days=7), monday + timedelta(days=13))
    if kind == "weekend":
        return _days(max(today, monday + timedelta(days=5)), monday + timedelta(days=6))
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return _days(first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1))


def _days(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=place) for place in range((last - first).days + 1))


def _dated(kind: str, named: dict[str, str | None], table: Table, today: date) -> Wish:
    if kind == "month_day":
        number = int(re.sub(r"\D", "", named["number"] or ""))
        return Wish((_next_with(number, today),))
    if kind == "date":
        number = int(re.sub(r"\D", "", named["number"] or ""))
        return _in_future([_this_year(number, _month(named["month"] or "", table), today)], today)
    bits = [int(bit) for bit in re.split(r"[/.\-]", named["dated"] or "")]
    first, second = bits[:2]
    if len(bits) == 3:
        year = bits[2] if bits[2] > 99 else 2000 + bits[2]
        orders = [(first, second)] if table.is_day_first else [(second, first), (first, second)]
        exact = [_day(year, month, day) for day, month in orders if 1 <= month <= 12 and 1 <= day <= 31]
        if not exact:
            raise NoDate
        ahead = tuple(dict.fromkeys(day for day in exact if day >= today))
        return Wish(ahead, is_past=not ahead)
    orders = [(first, second)] if table.is_day_first else [(second, first), (first, second)]
    found = [_this_year(day, month, today) for day, month in orders if 1 <= month <= 12 and 1 <= day <= 31]
    return _in_future(found, today)


def _in_future(found: Iterable[date | None], today: date) -> Wish:
    days = list(found)
    if not days:
        raise NoDate
    ahead = tuple(dict.fromkeys(day for day in days if day is not None))
    return Wish(ahead, is_past=not ahead)


def _this_year(day: int, month: int, today: date) -> date | None:
    """The day of this year, or of the next if that is near; None: it is over."""
    found = _day(today.year, month, day)
    if found >= today:
        return found
    following = _day(today.year + 1, month, day)
    return following if following - today < _AHEAD else None


def _day(year: int, month: int, day: int) -> date:
    if year not in _YEARS:
        raise NoDate
    try:
        return date(year, month, day)
    except ValueError:
        raise NoDate from None


def _next_with(number: int, today: date) -> date:
    if not 1 <= number <= 31:
        raise NoDate
    first = today.replace(day=1)
    for _month_ahead in range(4):
        try:
            found = first.replace(day=number)
        except ValueError:
            found = None
        if found is not None and found >= today:
            return found
        first = (first + timedelta(days=32)).replace(day=1)
    raise NoDate


def _month(said: str, table: Table) -> int:
    return next(place for place, name in enumerate(table.months, 1) if said.startswith(name))


def _place(said: str, names: Sequence[str]) -> int:
    return next(place for place, name in enumerate(names) if said.startswith(name))


def _time(kind: str, named: dict[str, str | None], table: Table) -> Wish:
    part = table.parts.get(named.get("part") or "", "")
    if named.get("hour"):
        minute = _minute(table.hours[named["hour"] or ""], 0, "", part)
    else:
        found = _CLOCK.fullmatch(named["clock"] or "")
        if found is None:
            raise NoDate
        hour, past, sign = found.groups()
        minute = _minute(int(hour), int(past or 0), sign or "", part)
    if kind == "after":
        return Wish(from_minute=minute)
    if kind == "before":
        return Wish(to_minute=max(minute, 1))
    return Wish(minute=minute)


def _minute(hour: int, past: int, sign: str, part: str) -> int:
    if hour > 24 or past > 59 or (hour == 24 and past):
        raise NoDate
    if sign in ("am", "pm") and not 1 <= hour <= 12:
        raise NoDate
    if sign in ("am", "pm"):
        hour = hour % 12 + (12 if sign == "pm" else 0)
    elif part:
        hour = hour % 12 + 12 if part != "morning" and hour < 12 else hour
    elif 1 <= hour < _EARLIEST_HOUR:
        hour += 12
    return hour % 24 * 60 + past


_RELATIVE: Final = {
    "later": Wish(than_now="later"),
    "earlier": Wish(than_now="earlier"),
    "noon": Wish(minute=720),
    "after_noon": Wish(from_minute=780),
    **{name: Wish(from_minute=low, to_minute=high) for name, (low, high) in PARTS.items()},
}
