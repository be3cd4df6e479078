"""Moments in words, in the zone that is active: the request middleware activates the salon's."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils import formats, timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def short(at: datetime, *, now: datetime) -> str:
    """The shortest form that is clear: 14:32 today, "yesterday", a week day, then the date."""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    days = (today - local.date()).days
    if days == 0:
        return clock_time(at)
    if days == 1:
        return _("yesterday")
    if 1 < days < 7:
        return str(WEEKDAYS_ABBR[local.weekday()])
    if local.year == today.year:
        return formats.date_format(local, "d/m" if _day_first() else "M j")
    return formats.date_format(local, "SHORT_DATE_FORMAT")


def full(at: datetime) -> str:
    """Date, time to the second and zone: what a tooltip shows."""
    local = timezone.localtime(at)
    return f"{_date(local.date(), get_language())}, {local:%H:%M:%S} ({local.tzname()})"


def clock_time(at: datetime) -> str:
    """14:32, in every language: a salon's day is written in 24 hours."""
    return f"{timezone.localtime(at):%H:%M}"


def day(at: datetime, *, now: datetime) -> str:
    """The heading above the messages of one day."""
    local, today = timezone.localtime(at).date(), timezone.localtime(now).date()
    if local == today:
        return _("Today")
    if local == today - timedelta(days=1):
        return _("Yesterday")
    return formats.date_format(local, "DATE_FORMAT")


def to_come(at: datetime, *, now: datetime) -> str:
    """A moment still to come: 14:32 today, with the week day within a week, else with the date."""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    days = (local.date() - today).days
    if days == 0:
        return clock_time(at)
    day_name = (
        str(WEEKDAYS_ABBR[local.weekday()])
        if days < 7
        else formats.date_format(local, "d/m" if _day_first() else "M j")
    )
    return f"{day_name}, {clock_time(at)}"


def duration(milliseconds: float) -> str:
    """How long a step took: < 0.1 ms, 0.4 ms, 12 ms, 1.2 s."""
    if milliseconds < 0.1:
        return f"< {formats.number_format(0.1, 1)} ms"
    if milliseconds < 1:
        return f"{formats.number_format(milliseconds, 1)} ms"
    if milliseconds < 1000:
        return f"{formats.number_format(milliseconds, 0)} ms"
    return f"{formats.number_format(milliseconds / 1000, 1)} s"


@lru_cache(maxsize=512)
def _date(on: date, language: str | None) -> str:
    # A page of a conversation has fifty moments of a few days; putting a day into words is dear.
    return formats.date_format(on, "DATE_FORMAT")


def _day_first() -> bool:
    return str(formats.get_format("SHORT_DATE_FORMAT")).lower().startswith("d")
