"""One request of a salon's at a time, where two at once would buy twice."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection

from billing.gateways.port import GatewayAway

WAIT_S: Final = 20.0
_LOOK_S: Final = 0.1
# PostgreSQL's number for it, with the salon's. Of the connection, not of a transaction: none stays open while Stripe
# answers, and a process that dies lets go.
_LOCK: Final = "hashtextextended('stripe checkout', %s)"


@contextmanager
def alone(salon_id: int) -> Iterator[None]:
    """Wait for whoever is before us. Raises GatewayAway where that takes too long."""
    until = time.monotonic() + WAIT_S
    while not _asked("pg_try_advisory_lock", salon_id):
        if time.monotonic() > until:
            raise GatewayAway("another request of this salon is on its way")
        time.sleep(_LOOK_S)
    try:
        yield
    finally:
        _asked("pg_advisory_unlock", salon_id)


def _asked(name: str, salon_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name}({_LOCK})", [salon_id])
        return bool(cursor.fetchone()[0])
