"""One request of a salon's at a time, where two at once would buy twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from billing.gateways.port import GatewayAway

WAIT_MS: Final = 20_000
# PostgreSQL's number for it, with the salon's. Of the connection, not of a transaction: none stays open while Stripe
# answers, and a process that dies lets go.
_LOCK: Final = "hashtextextended('stripe checkout', %s)"


@contextmanager
def alone(salon_id: int) -> Iterator[None]:
    """Wait for whoever is before us. Raises GatewayAway where that takes too long."""
    try:
        # This transaction is for the time-out alone: the lock outlives it.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{WAIT_MS}ms"])
            cursor.execute(f"SELECT pg_advisory_lock({_LOCK})", [salon_id])
            # Where the caller has a transaction, it goes on by its own.
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise GatewayAway("another request of this salon is on its way") from error
        raise
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_unlock({_LOCK})", [salon_id])
