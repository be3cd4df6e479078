"""In which period a salon uses: months from the beginning of its subscription's period, else those of its calendar.

A subscription of a year has twelve of them: limits are by the month. An end that has passed without news of the next
one is its beginning all the same, so that what is used before the gateway tells of the renewal is counted there.
"""

import calendar
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from billing.plans.queries import Terms, terms_of
from ops import clock


class Period(NamedTuple):
    """From `starts_at` on, before `ends_at`."""

    starts_at: datetime
    ends_at: datetime


# The latest of each salon: it is asked for with every message.
_known: dict[int, tuple[Terms, Period]] = {}
_MOST_KNOWN: Final = 10_000
_LONGEST_MONTH: Final = timedelta(days=32)


def period_of(salon_id: int, at: datetime | None = None) -> Period:
    """The salon's period at a moment; now, if none is said."""
    terms, at = terms_of(salon_id), at or clock.now()
    known = _known.get(salon_id)
    if known is not None and known[0] is terms and known[1].starts_at <= at < known[1].ends_at:
        return known[1]
    if len(_known) > _MOST_KNOWN:
        _known.clear()
    _known[salon_id] = terms, (found := period_in(terms, at))
    return found


def period_in(terms: Terms, at: datetime) -> Period:
    """The same by known terms."""
    if terms.period_starts_at is None:
        return _calendar_month(terms.zone, at)
    anchor, until, at = terms.period_starts_at, terms.period_ends_at, at.astimezone(UTC)
    if until is not None and anchor <= at < until and until - anchor < _LONGEST_MONTH:
        # Of a month, or a trial: as it is told. One that begins on 28 February may end on 31 March.
        return Period(anchor, until)
    if until is not None and at >= until:
        anchor = until
    months = (at.year - anchor.year) * 12 + at.month - anchor.month
    while _months_after(anchor, months) > at:
        months -= 1
    return Period(_months_after(anchor, months), _end(until, _months_after(anchor, months + 1), at))


def _end(until: datetime | None, ends_at: datetime, at: datetime) -> datetime:
    # A trial of 14 days ends before its month does.
    return until if until is not None and at < until < ends_at else ends_at


def _months_after(anchor: datetime, months: int) -> datetime:
    # As Stripe does: the 31st becomes a short month's last day, and the 31st again after it.
    month = anchor.month - 1 + months
    year, month = anchor.year + month // 12, month % 12 + 1
    return anchor.replace(year=year, month=month, day=min(anchor.day, calendar.monthrange(year, month)[1]))


def _calendar_month(zone: ZoneInfo, at: datetime) -> Period:
    first = at.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    after = (first + timedelta(days=32)).replace(day=1)
    # The wall clock's midnight may have another offset than that of `at`.
    starts_at, ends_at = (one.replace(tzinfo=None).replace(tzinfo=zone).astimezone(UTC) for one in (first, after))
    return Period(starts_at, ends_at)
