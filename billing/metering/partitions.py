"""The monthly partitions of `usage_event`: made ahead, dropped whole after two years."""

from datetime import UTC, date, datetime
from typing import Final

from django.db import connection, transaction

from ops import clock

AHEAD: Final = 3
# The sums of `usage_total` stay; what was billed is on the gateway's invoices.
KEPT_MONTHS: Final = 25
_LOCK: Final = 0x5B11_7003
# Who records waits behind whoever waits for the table; it gives up and comes again later.
_LOCK_TIMEOUT_MS: Final = 300
_NAME: Final = "usage_event_"


def keep() -> dict[str, int]:
    """Make the partitions of the coming months and drop those past their time; how many of each."""
    today = clock.now().date()
    made = sum(_make(_month(today, n)) for n in range(-1, AHEAD))
    return {"made": made, "dropped": _drop_before(_month(today, -KEPT_MONTHS))}


@transaction.atomic
def _make(first: date) -> bool:
    """Make one month's partition; rows of it that came while it was missing move into it from the default one."""
    name = f"public.{_NAME}{first:%Y%m}"
    start, end = (datetime(day.year, day.month, 1, tzinfo=UTC).isoformat() for day in (first, _month(first, 1)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        if cursor.fetchone()[0]:
            return False
        cursor.execute(f"SET LOCAL lock_timeout = {_LOCK_TIMEOUT_MS}")
        # Attached and not created in place: that would lock the whole table against whoever records.
        cursor.execute(f"CREATE TABLE {name} (LIKE public.usage_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        cursor.execute("LOCK TABLE public.usage_event_rest IN ACCESS EXCLUSIVE MODE")
        cursor.execute(
            f"WITH strayed AS (DELETE FROM public.usage_event_rest WHERE at >= %s AND at < %s RETURNING *) "
            f"INSERT INTO {name} SELECT * FROM strayed",
            [start, end],
        )
        cursor.execute(
            f"ALTER TABLE public.usage_event ATTACH PARTITION {name} FOR VALUES FROM ('{start}') TO ('{end}')"
        )
    return True


def _drop_before(oldest: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            f"WHERE i.inhparent = 'public.usage_event'::regclass AND c.relname ~ '^{_NAME}[0-9]{{6}}$'"
        )
        old = [name for (name,) in cursor.fetchall() if name < f"{_NAME}{oldest:%Y%m}"]
    for name in old:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {_LOCK_TIMEOUT_MS}")
            cursor.execute(f"DROP TABLE public.{name}")
    return len(old)


def _month(day: date, months: int) -> date:
    """The first of the month so many after the day's."""
    month = day.month - 1 + months
    return date(day.year + month // 12, month % 12 + 1, 1)
