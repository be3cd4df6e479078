"""The daily partitions of `delivery`: made a week ahead, dropped whole after 14 days."""

from datetime import UTC, datetime, time, timedelta

from django.db import connection

from ops import clock
from ops.ids import uuid7_floor

AHEAD_DAYS = 7
KEPT_DAYS = 14


def keep() -> dict[str, int]:
    """Make the partitions of the next days and drop those past their time; how many of each."""
    today = clock.real().date()
    made = sum(_make(datetime.combine(today + timedelta(days=n), time(), UTC)) for n in range(-1, AHEAD_DAYS))
    return {"made": made, "dropped": _drop_before((today - timedelta(days=KEPT_DAYS)).strftime("%Y%m%d"))}


def _make(day: datetime) -> bool:
    name = f"delivery_{day:%Y%m%d}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"public.{name}"])
        if cursor.fetchone()[0]:
            return False
        start, end = uuid7_floor(day.timestamp()), uuid7_floor((day + timedelta(days=1)).timestamp())
        cursor.execute(
            f"CREATE TABLE public.{name} PARTITION OF public.delivery FOR VALUES FROM ('{start}') TO ('{end}')"
        )
    return True


def _drop_before(oldest: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = 'public.delivery'::regclass AND c.relname ~ '^delivery_[0-9]{8}$'"
        )
        old = [name for (name,) in cursor.fetchall() if name.removeprefix("delivery_") < oldest]
        for name in old:
            cursor.execute(f"DROP TABLE public.{name}")
    return len(old)
