"""Moments by the clock on the salon's wall, also where the clocks are changed."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

LONGEST_GAP: Final = timedelta(hours=24)
A_MINUTE: Final = timedelta(minutes=1)


def clock(text: str) -> time:
    """`09:30`; `24:00` is no time of a day and is refused where settings are read."""
    return time(int(text[:2]), int(text[3:]))


def on_wall(day: date, at: time, like: datetime) -> datetime:
    """The moment (aware, in the zone of `like`) at which the wall shows this time on this day.

    A time that is skipped when the clocks go forward is the first one after it that exists; one that comes twice is the
    first of the two.
    """
    wanted = datetime.combine(day, at)
    for minutes in range(int(LONGEST_GAP / A_MINUTE)):
        found = (wanted + minutes * A_MINUTE).replace(tzinfo=like.tzinfo)
        if exists(found):
            return found
    return wanted.replace(tzinfo=like.tzinfo)


def exists(at: datetime) -> bool:
    """Whether the wall ever shows it."""
    return at.astimezone(UTC).astimezone(at.tzinfo).replace(tzinfo=None, fold=0) == at.replace(tzinfo=None, fold=0)
