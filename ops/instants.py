"""Moments that somebody typed or sent."""

from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime

_LONGEST = 40


def read_instant(value: object) -> datetime | None:
    """The moment in UTC; None for what is none, or has no offset.

    In UTC because PostgreSQL takes offsets of up to 16 hours and Python of up to 24.
    """
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    try:
        moment = parse_datetime(value)
        return None if moment is None or moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
