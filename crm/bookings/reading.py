"""What keeps professionals, chairs and rooms from taking somebody, read by one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from crm.bookings import defaults
from crm.bookings.availability.types import Span, joined
from crm.bookings.availability.wall import minute_of, moment_of
from crm.bookings.catalogue import Stamp, read_stamp
from ops import clock
from ops.salon import current_salon_id

# A hold that is over blocks nobody here, though its rows still do: whoever books releases it first (placing).
_SQL = """
SELECT CASE WHEN b.state = 'held' AND b.hold_until <= %(now)s THEN 'over' ELSE 'busy' END, a.resource_id,
  floor(extract(epoch FROM lower(a.during)) / 60)::bigint, ceil(extract(epoch FROM upper(a.during)) / 60)::bigint,
  b.id, NULL, NULL
FROM unnest(%(resources)s::bigint[]) AS r(id)
JOIN allocation a ON a.resource_id = r.id AND a.blocks AND a.during && tstzrange(%(start)s, %(end)s)
LEFT JOIN booking_item i ON i.id = a.item_id LEFT JOIN booking b ON b.id = i.booking_id
UNION ALL
SELECT 'off', t.resource_id, floor(extract(epoch FROM t.starts_at) / 60)::bigint,
  ceil(extract(epoch FROM t.ends_at) / 60)::bigint, NULL, NULL, NULL
FROM blocked_time t WHERE t.resource_id = ANY(%(resources)s) AND t.kind = 'time_off' AND t.cancelled_at IS NULL
  AND t.ends_at > %(start)s AND t.starts_at < %(end)s
UNION ALL
SELECT 'stamp', p.revision, NULL, NULL, NULL, s.time_zone, s.currency
FROM public.salon s, booking_policy p WHERE s.id = %(salon)s AND p.id = %(policy)s
"""


@dataclass(slots=True)
class Taken:
    """The spans by resource."""

    stamp: Stamp
    busy: dict[int, list[Span]] = field(default_factory=dict)
    off: dict[int, list[Span]] = field(default_factory=dict)
    # Bookings whose hold is over and whose rows still stand.
    over: set[int] = field(default_factory=set)


def taken(resources: Sequence[int], start: int, end: int, *, but: int | None = None) -> Taken:
    """What is taken of these in the minutes from `start` to `end`; `but` for the booking that is being moved."""
    values: dict[str, Any] = {
        "resources": list(resources),
        "start": moment_of(start),
        "end": moment_of(end),
        "now": clock.now(),
        "salon": current_salon_id(),
        "policy": defaults.ONLY,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, values)
        rows = cursor.fetchall()
    stamp: Stamp | None = None
    busy: dict[int, list[Span]] = {}
    off: dict[int, list[Span]] = {}
    over: set[int] = set()
    for kind, key, starts, ends, booking, zone, currency in rows:
        if kind == "busy":
            if booking is None or booking != but:
                busy.setdefault(key, []).append((starts, ends))
        elif kind == "off":
            off.setdefault(key, []).append((starts, ends))
        elif kind == "over":
            over.add(booking)
        else:
            stamp = Stamp(key, zone, currency)
    joined_busy = {key: joined(spans) for key, spans in busy.items()}
    return Taken(stamp or read_stamp(), joined_busy, {key: joined(spans) for key, spans in off.items()}, over - {but})


def now_minute(now: datetime | None = None) -> int:
    """The minute it is."""
    return minute_of(now or clock.now())
