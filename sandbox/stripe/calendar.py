"""Periods: a month or a year after an anchor, the anchor's day kept where the month has it."""

import calendar
from datetime import UTC, datetime

DAY_S = 86_400


def shifted(anchor: int, interval: str, count: int) -> int:
    """The instant `count` intervals after the anchor, in seconds since 1970."""
    if interval == "day":
        return anchor + count * DAY_S
    if interval == "week":
        return anchor + count * 7 * DAY_S
    at = datetime.fromtimestamp(anchor, UTC)
    months = at.year * 12 + at.month - 1 + count * (12 if interval == "year" else 1)
    year, month = divmod(months, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return int(at.replace(year=year, month=month + 1, day=day).timestamp())


def following(anchor: int, interval: str, each: int, after: int) -> int:
    """The first end of a period after `after`, counted from the anchor, so that 31 January comes back in March."""
    steps = 1
    while (end := shifted(anchor, interval, steps * each)) <= after:
        steps += 1
    return end


def share(amount: int, left_s: int, whole_s: int) -> int:
    """That part of an amount which falls on the rest of a period, rounded half up as Stripe does."""
    return (2 * amount * left_s + whole_s) // (2 * whole_s) if whole_s > 0 else 0
