"""FR-BL-003: many who record the same and different things at once, whose connections are killed, while others squash.

`USAGE_WORKERS=100 USAGE_EVENTS=1000` is the long form of the issue.
"""

import os
import random
from collections.abc import Iterator
from threading import Event, Thread

import psycopg
import pytest
from django.conf import settings
from django.db import Error, connection, transaction
from pytest_django import DjangoDbBlocker

from billing.metering import squashing
from billing.metering.models import UsageEvent
from billing.metering.recording import Usage, record_many
from billing.metering.totals import used
from tests.bookings.crowd import at_once, many_connections
from tests.world import Salons

WORKERS, EVENTS = int(os.environ.get("USAGE_WORKERS") or 8), int(os.environ.get("USAGE_EVENTS") or 40)
KIND, QUANTITY = "ai_tokens", 3
KILL_EVERY_S = 0.02
SOMEBODY = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
    "AND query LIKE '%record_one_use%' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
)


@pytest.fixture
def committed(salons: Salons, django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    """The salon, in which what is written stays written."""
    with django_db_blocker.unblock(), many_connections(WORKERS + 4):
        yield int(salons.aurora.pk)
        with connection.cursor() as cursor:
            for table in ("usage_event", "usage_once", "usage_total"):
                cursor.execute(f"DELETE FROM public.{table}")


class Killer:
    """Ends the connection of somebody who records, every so often."""

    def __init__(self) -> None:
        self.kills, self._over = 0, Event()
        self._thread = Thread(target=self._go_on, daemon=True)

    def __enter__(self) -> "Killer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(10)

    def _go_on(self) -> None:
        ours = settings.DATABASES["default"]
        address = {"host": ours["HOST"], "port": ours["PORT"], "user": ours["USER"], "password": ours["PASSWORD"]}
        with psycopg.connect(**address, dbname=ours["NAME"], autocommit=True) as database:  # type: ignore[arg-type]
            while not self._over.wait(KILL_EVERY_S):
                self.kills += len(database.execute(SOMEBODY).fetchall())


class Lost(Exception):
    """The worker ends in the middle of its transaction."""


def test_totals_are_exact_whoever_is_killed_and_says_it_again(committed: int) -> None:
    def work(number: int) -> None:
        chance = random.Random(f"{number}:usage")
        for n in range(EVENTS):
            # Some say what their neighbour says too, and some what they have said before.
            for whose in (number, *((number + 1) % WORKERS for _ in range(chance.random() < 0.1))):
                say(f"{whose}:{n}", chance)
            if n % 20 == 19:
                squash()

    def say(key: str, chance: random.Random) -> None:
        """As a caller does who is told nothing: the same again, until it is done."""
        is_lost = chance.random() < 0.1
        while True:
            try:
                with transaction.atomic():
                    record_many([Usage(salon_id=committed, kind=KIND, key=key, quantity=QUANTITY)])
                    if is_lost:
                        raise Lost
                return
            except Lost:
                is_lost = False
            except Error:
                connection.close()

    def squash() -> None:
        try:
            squashing.squash(squashing.unsquashed())
        except Error:
            connection.close()

    with Killer() as killer:
        at_once(WORKERS, work)
    connection.close()
    assert killer.kills > 0
    assert used(committed, KIND) == WORKERS * EVENTS * QUANTITY
    assert UsageEvent.objects.filter(salon_id=committed).count() == WORKERS * EVENTS
    print(f"{WORKERS} x {EVENTS} events, {killer.kills} connections killed: ", end="")
