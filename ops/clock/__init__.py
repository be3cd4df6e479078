"""The only clock.

`now()` is what a guest or an owner would date: in the demo and the tests it carries an offset kept in the database, so
that time can be skipped across all processes. `real()` is the machine's time: leases, buckets, time-outs, sessions.
"""

import logging
import os
import threading
import time
from datetime import UTC, datetime, timedelta

import psycopg

from config.env import env

log = logging.getLogger(__name__)
_EVERY_S = 0.25
_lock = threading.Lock()
_offset = timedelta(0)
_follower = 0  # the process whose thread follows the offset; a fork has to start its own


def real() -> datetime:
    """The machine's time, in UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """The product's time, in UTC: the machine's, plus the demo's offset."""
    return real() + offset() if env.demo else real()


def offset() -> timedelta:
    """How far the demo's time is ahead; a thread follows the database, so that no caller ever waits for it."""
    if _follower != os.getpid() and env.clock_follows:
        _follow()
    return _offset


def skip(by: timedelta) -> timedelta:
    """Move the demo's time forward for all processes; the new offset. Raises ValueError outside of the demo."""
    return _write(_offset_in_database() + by)


def reset() -> None:
    """Bring the demo's time back to the machine's."""
    _write(timedelta(0))


def _follow() -> None:
    global _follower
    with _lock:
        if _follower == os.getpid():
            return
        _follower = os.getpid()
        # A connection of its own: the caller's may stand in a broken transaction or not exist yet.
        database = _Offsets()
        database.read()
        threading.Thread(target=database.read_forever, name="clock", daemon=True).start()


class _Offsets:
    """Reads the offset; a database that is away leaves it as it was."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection[tuple[float]] | None = None

    def read(self) -> None:
        global _offset
        try:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(env.database_url, autocommit=True, connect_timeout=2)
            row = self._connection.execute("SELECT seconds FROM public.clock_offset").fetchone()
            _offset = timedelta(seconds=row[0]) if row else timedelta(0)
        except psycopg.errors.UndefinedTable:
            _offset = timedelta(0)  # before the first migration
        except psycopg.Error as error:
            self._connection = None
            log.debug("clock offset not read: %s", error)

    def read_forever(self) -> None:
        while True:
            time.sleep(_EVERY_S)
            self.read()


def _offset_in_database() -> timedelta:
    from django.db import connection  # the gate uses real() and must not load Django

    with connection.cursor() as cursor:
        cursor.execute("SELECT seconds FROM public.clock_offset")
        row = cursor.fetchone()
    return timedelta(seconds=row[0]) if row else timedelta(0)


def _write(value: timedelta) -> timedelta:
    global _offset
    if not env.demo:
        raise ValueError("Time can be skipped in the demo only.")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.clock_offset (id, seconds) VALUES (1, %s) "
            "ON CONFLICT (id) DO UPDATE SET seconds = EXCLUDED.seconds",
            [value.total_seconds()],
        )
    _offset = value
    return value
