"""I20: whatever many do at once, whichever connections die: no resource is booked twice, nobody sees a deadlock."""

import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from django.db import Error, connection
from pytest_django import DjangoDbBlocker

from crm.bookings.actions import moving, states, writing
from crm.bookings.actions.booking import ItemWanted, NewBooking, book, hold
from crm.bookings.actions.placing import SlotTaken
from crm.bookings.asking import STAFF
from crm.bookings.models import Booking, BookingPolicy, Professional, Resource, Service
from crm.contacts.models import Contact
from ops import clock
from ops.salon import inside
from tests.bookings.crowd import at_once, many_connections, overlaps, slot, staff, strays
from tests.committed import forgotten
from tests.invariants.size import size
from tests.world import Salons

THREADS = 60
OPERATIONS = size(int(os.environ.get("I20_OPERATIONS") or 10_000), share=7)
PEOPLE, SLOTS = 4, 96
KILL_EVERY_S = 0.3
# A connection that was killed under somebody: they do not know, and what they know is checked in the end.
KILLED = ("57P01", None)
REFUSED = (SlotTaken, states.Stale, states.NotAllowed, states.HoldOver)


@pytest.fixture
def salon(salons: Salons, django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    """Aurora, in which what is written stays until the test is over."""
    salon_id = salons.aurora.pk
    tables = (Booking, Service, Professional, Resource, BookingPolicy, Contact)
    with django_db_blocker.unblock(), many_connections(THREADS + 4), forgotten(salon_id, *tables):
        yield salon_id


class Client:
    """One who books, holds, moves, cancels and lets holds run out, by chance."""

    def __init__(self, number: int, world: "World") -> None:
        self.chance, self.world = random.Random(f"{number}:20"), world
        self.told: Counter[str] = Counter()

    def run(self, operations: int) -> "Counter[str]":
        acts = (self.book, self.book, self.book, self.hold, self.move, self.move, self.cancel, self.back, self.expire)
        for _ in range(operations):
            act = self.chance.choice(acts)
            try:
                with inside(self.world.salon_id):
                    act()
                self.told["done"] += 1
            except REFUSED:
                self.told["refused"] += 1
            except Error as error:
                state = getattr(error.__cause__, "sqlstate", None)
                self.told["killed" if state in KILLED else f"error {state}"] += 1
                connection.close()
        return self.told

    def wanted(self) -> NewBooking:
        many = self.chance.choice((1, 1, 2))
        people = self.chance.sample(self.world.people, many)
        at = slot(self.world.day, self.chance.randrange(SLOTS))
        # At the same time with two of them: whoever wants the two the other way round must not wait for ever.
        return NewBooking(items=[ItemWanted(self.world.service, pk, at) for pk in people], guest_name="x")

    def book(self) -> None:
        self.world.known.append(book(self.wanted(), by=None).pk)

    def hold(self) -> None:
        self.world.known.append(hold(self.wanted(), by=None, rules=STAFF).pk)

    def move(self) -> None:
        row = self.some()
        moving.move(row, slot(self.world.day, self.chance.randrange(SLOTS)), by=None, version=row.version)

    def cancel(self) -> None:
        states.cancel(self.some(), by=None)

    def back(self) -> None:
        states.settle(self.some(), by=None)

    def expire(self) -> None:
        row = self.some()
        Booking.objects.filter(pk=row.pk, state="held").update(hold_until=clock.now() - timedelta(seconds=1))
        if self.chance.random() < 0.5:
            writing.release_over([row.pk])

    def some(self) -> Booking:
        if not self.world.known:
            raise SlotTaken
        return Booking.objects.get(pk=self.chance.choice(self.world.known))


class World:
    """What they all share."""

    def __init__(self, salon_id: int) -> None:
        self.salon_id, self.known = salon_id, list[int]()
        self.day = datetime.combine(clock.now().date() + timedelta(days=3), datetime.min.time(), UTC)
        with inside(salon_id):
            service, people = staff(PEOPLE)
        self.service, self.people = service.pk, [person.pk for person in people]


def test_i20_nobody_is_booked_twice(salon: int) -> None:
    world, over = World(salon), Event()
    connection.close()
    before = deadlocks()
    killer = Thread(target=kill_connections, args=(over,))
    killer.start()
    try:
        told = at_once(THREADS, lambda number: Client(number, world).run(OPERATIONS // THREADS))
    finally:
        over.set()
        killer.join()
    total: Counter[str] = sum(told, Counter())
    assert set(total) <= {"done", "refused", "killed"}, total
    assert total["done"] > OPERATIONS / 20, total
    with inside(salon):
        assert overlaps() == []
        assert strays() == []
        standing = Booking.objects.exclude(state__in=("cancelled", "no_show")).count()
        assert 0 < standing <= PEOPLE * SLOTS // 3
    connection.close()
    assert deadlocks() == before


def test_i20_one_winner_per_slot(salon: int) -> None:
    world = World(salon)
    connection.close()

    def one(number: int) -> int:
        won = 0
        for place in range(8):
            wanted = ItemWanted(world.service, world.people[0], slot(world.day, 4 * place))
            with inside(salon), suppress(SlotTaken):
                won += bool(book(NewBooking(items=[wanted], guest_name=f"{number}"), by=None).pk)
        return won

    assert sum(at_once(THREADS, one)) == 8
    with inside(salon):
        assert Booking.objects.count() == 8


def kill_connections(over: Event) -> None:
    """Every so often one connection of those that are at work dies."""
    with psycopg.connect(**dsn(), autocommit=True) as own:
        while not over.wait(KILL_EVERY_S):
            own.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle' "
                "ORDER BY random() LIMIT 1"
            )


def deadlocks() -> int:
    """How many PostgreSQL has broken up in this database."""
    with psycopg.connect(**dsn(), autocommit=True) as own:
        row = own.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").fetchone()
    return int(row[0]) if row else 0


def dsn() -> dict[str, Any]:
    """Where the tests' database is."""
    values = connection.settings_dict
    return {"host": values["HOST"], "port": values["PORT"], "user": values["USER"], "password": values["PASSWORD"],
            "dbname": values["NAME"]}  # fmt: skip
