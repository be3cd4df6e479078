"""The daily partitions of `delivery`: made a week ahead, dropped whole after 14 days (DELIVERY_DAYS)."""

import logging
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection, transaction

from config.env import env
from ops import clock
from ops.ids import uuid7_floor

log = logging.getLogger(__name__)

AHEAD_DAYS = 7
KEPT_DAYS = env.delivery_days
_LOCK = 0x5B11_7002
# The gate waits 400 ms for its INSERT; what stands in its way gives up before the gate does and comes again later.
_LOCK_TIMEOUT_MS = 300


def keep() -> dict[str, int]:
    """Make the partitions of the next days and drop those past their time; how many of each."""
    today = clock.real().date()
    made = sum(_make(today + timedelta(days=n)) for n in range(-1, AHEAD_DAYS))
    return {"made": made, "dropped": _drop_before(today - timedelta(days=KEPT_DAYS))}


@transaction.atomic
def _make(day: date) -> bool:
    """Make one day's partition; rows of that day which came while it was missing move into it from the default one."""
    name = f"public.delivery_{day:%Y%m%d}"
    start, end = _floor(day), _floor(day + timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        if cursor.fetchone()[0]:
            return False
        cursor.execute(f"SET LOCAL lock_timeout = {_LOCK_TIMEOUT_MS}")
        # Attached and not created in place: that would lock the whole table against the gate.
        cursor.execute(f"CREATE TABLE {name} (LIKE public.delivery)")
        cursor.execute("LOCK TABLE public.delivery_rest IN ACCESS EXCLUSIVE MODE")
        cursor.execute(
            "WITH strayed AS (DELETE FROM public.delivery_rest WHERE id >= %s AND id < %s RETURNING *) "
            f"INSERT INTO {name} SELECT * FROM strayed",
            [start, end],
        )
        cursor.execute(f"ALTER TABLE public.delivery ATTACH PARTITION {name} FOR VALUES FROM ('{start}') TO ('{end}')")
    return True


def _drop_before(oldest: date) -> int:
    """Drop whole days; one that holds something which has not taken effect stays, and an operator hears of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = 'public.delivery'::regclass AND c.relname ~ '^delivery_[0-9]{8}$'"
        )
        old = sorted(name for (name,) in cursor.fetchall() if name < f"delivery_{oldest:%Y%m%d}")
        gone = sum(_drop(name) for name in old)
        # What came so late that its day was gone already.
        cursor.execute(
            "DELETE FROM public.delivery_rest d WHERE id < %s AND split_at IS NOT NULL AND NOT EXISTS "
            "(SELECT 1 FROM public.inbox_item i WHERE i.delivery_id = d.id AND i.state = 'pending')",
            [_floor(oldest)],
        )
    return gone


@transaction.atomic
def _drop(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {_LOCK_TIMEOUT_MS}")
        cursor.execute(f"LOCK TABLE public.{name} IN SHARE MODE")
        cursor.execute(
            f"SELECT EXISTS (SELECT 1 FROM public.{name} WHERE split_at IS NULL) OR EXISTS ("
            f"SELECT 1 FROM public.inbox_item i JOIN public.{name} d ON d.id = i.delivery_id WHERE i.state = 'pending')"
        )
        if cursor.fetchone()[0]:
            log.error("%s is past its time but holds deliveries that have not taken effect: it stays", name)
            return False
        cursor.execute(f"DROP TABLE public.{name}")
    return True


def _floor(day: date) -> str:
    return str(uuid7_floor(datetime.combine(day, time(), UTC).timestamp()))
