"""What Valkey knows of use: a quick guess, filled from the sums and moved with each commit.

A number here lives for a minute; one that is missing, after a flush or a restart too, is read from the database. It may
be a little behind; near a limit the database is asked anyway (`asking`). While Valkey is away nobody waits for it.
"""

import logging
import os
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from billing.metering.kinds import GAUGES
from billing.plans.queries import limit_of
from config.env import env

log = logging.getLogger(__name__)

# Who asks waits no longer than this, and then leaves Valkey alone for a while.
BUSY_S: Final = 0.25
AWAY_S: Final = 2.0
GOOD_FOR_S: Final = 60
_SCRIPT: Final = (Path(__file__).parent / "add.lua").read_text()
# Reached when an addition passes one of these shares of the limit.
SHARES: Final = (0.8, 1.0)

_away_until = 0.0


class Place(NamedTuple):
    """What a number is of; a gauge has no period."""

    salon_id: int
    name: str
    period_at: datetime | None = None

    @property
    def key(self) -> str:
        """Its name in Valkey."""
        period = "" if self.period_at is None else f":{int(self.period_at.timestamp())}"
        return f"quota:{self.salon_id}:{self.name}{period}"


def read(places: Sequence[Place]) -> list[int | None] | None:
    """The numbers in one round trip, None for one that is missing; None at all while Valkey is away."""
    if time.monotonic() < _away_until:
        return None
    try:
        found: list[Any] = _call("MGET", *(place.key for place in places))
    except redis.RedisError as error:
        _leave_alone(error)
        return None
    return [None if value is None else int(value) for value in found]


def fill(numbers: Mapping[Place, int]) -> None:
    """Keep what the database said."""
    if not numbers or time.monotonic() < _away_until:
        return
    try:
        pipe = _client().pipeline(transaction=False)
        for place, value in numbers.items():
            pipe.set(place.key, value, ex=GOOD_FOR_S)
        pipe.execute()
    except redis.RedisError as error:
        _leave_alone(error)


def add(rows: Sequence[tuple[int, str, datetime | None, int]]) -> bool:
    """Move the numbers of what is limited: (salon, name, period's beginning, units). Missing ones stay missing.

    Whether a share of a limit was, or may have been, reached.
    """
    limited = [(row, limit) for row in rows if (limit := limit_of(row[0], row[1])) is not None]
    if not limited or time.monotonic() < _away_until:
        return bool(limited)
    keys = [Place(salon_id, name, period_at).key for (salon_id, name, period_at, _units), _limit in limited]
    try:
        now = _script()(keys=keys, args=[units for (*_place, units), _limit in limited])
    except redis.RedisError as error:
        _leave_alone(error)
        return True
    return any(
        value < 0 or any(value - row[3] < limit * share <= value for share in SHARES) or value - row[3] <= limit < value
        for value, (row, limit) in zip(now, limited, strict=True)
    )


def add_gauge(salon_id: int, name: str, units: int) -> bool:
    """The same for a gauge that has grown by so many, which has no period."""
    if name not in GAUGES:
        raise ValueError(f"{name!r} is no gauge")
    return add([(salon_id, name, None, units)])


def wake() -> None:
    """Ask Valkey at once again; for tests."""
    global _away_until
    _away_until = 0.0
    _client.cache_clear()
    _script.cache_clear()
    _line.connection = None


def _leave_alone(error: Exception) -> None:
    global _away_until
    _away_until = time.monotonic() + AWAY_S
    log.warning("Valkey is away, the database is asked about limits: %s", error)


class _Line(threading.local):
    """This thread's own connection: borrowing one from the client's pool for each question costs more than to ask."""

    connection: Any = None
    pid = 0


_line = _Line()


def _call(*command: str) -> Any:
    if _line.connection is None or _line.pid != os.getpid():
        _line.connection, _line.pid = _client().connection_pool.make_connection(), os.getpid()
    try:
        _line.connection.send_command(*command)
        return _line.connection.read_response()
    except BaseException:
        # An answer that was not waited for must not be taken for the next one.
        _line.connection.disconnect()
        _line.connection = None
        raise


@cache
def _client() -> "redis.Redis":
    return redis.Redis.from_url(
        env.redis_url,
        socket_timeout=BUSY_S,
        socket_connect_timeout=BUSY_S,
        # The client's own retries would hold everybody for seconds while Valkey is away.
        retry=Retry(NoBackoff(), 0),
    )


@cache
def _script() -> Any:
    return _client().register_script(_SCRIPT)
