"""When a guest would like to come, as they wrote it or as a flow knows it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from crm.bookings.answers.reading import Asked, time_named
from crm.bookings.answers.when import Wish
from ops import clock


def wished(text: str, language: str, zone: ZoneInfo) -> tuple[Wish, bool] | None:
    """The time that was named, and whether it is all that was said; None if none was."""
    written, now = text.strip(), clock.now()
    today = now.astimezone(zone).date()
    if day := _iso_day(written):
        return Wish((day,), is_past=day < today), True
    if moment := _iso_moment(written, zone):
        return Wish((moment.date(),), minute=moment.hour * 60 + moment.minute, is_past=moment <= now), True
    return time_named(written, Asked(now, zone, None, language))


def _iso_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _iso_moment(text: str, zone: ZoneInfo) -> datetime | None:
    if len(text) < 16 or text[4:5] != "-":
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(zone) if found.tzinfo else found.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        return None
