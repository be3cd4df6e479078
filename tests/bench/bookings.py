"""Bookings: how quickly a week is searched, and how many a second are written by 60 threads at once."""

import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from crm.bookings import asking, defaults, reminders
from crm.bookings.actions import writing
from crm.bookings.actions.booking import ItemWanted, NewBooking, book, lines_of
from crm.bookings.actions.offering import change_policy
from crm.bookings.actions.placing import Plan, SlotTaken
from crm.bookings.availability.search import find
from crm.bookings.availability.wall import instant, minute_of
from crm.bookings.catalogue import catalogue
from crm.bookings.models import Booking, BookingMove, Professional, ProfessionalService, Service
from crm.bookings.reading import now_minute
from crm.contacts.models import Contact
from ops import clock
from ops.events.actions import emit_many
from ops.salon import inside
from tenants.audit import actions as audit
from tests.bench.house import House
from tests.bench.result import Result, median_of
from tests.bookings.crowd import at_once, many_connections, overlaps, staff

PEOPLE, SERVICES, DAYS = 10, 3, 7
HOURS = [[[540, 1140]] for _ in range(7)]
THREADS, OPERATIONS, BOOKED_PEOPLE, AHEAD_DAYS = 60, 3000, 20, 60


def availability_week_ms(house: House) -> Result:
    """All slots of seven days for three services in a row with anyone of ten, half of whose time is booked; read from
    the database each time."""
    with inside(house.salon_id):
        services = _empty_and_fill()
        day = (clock.now() + timedelta(days=2)).astimezone(catalogue().zone).date()
        asked = asking.Asked(tuple(asking.wish(catalogue(), service.pk) for service in services))
        last = day + timedelta(days=DAYS - 1)
        offered = len(asking.slots(asked, day, last))
        known = catalogue()
        start, end = instant(known.zone, day.toordinal(), 0), instant(known.zone, last.toordinal() + 1, 0)
        question = asking.question_for(asked, known, start, end)

        def whole() -> float:
            began = time.perf_counter()
            asking.slots(asked, day, last)
            return (time.perf_counter() - began) * 1000

        def search() -> float:
            began = time.perf_counter()
            find(question)
            return (time.perf_counter() - began) * 1000

        value, alone = median_of(30, whole), median_of(30, search)
    if not offered:
        raise RuntimeError("the week offers nothing")
    return Result("availability_week_ms", value, "ms", f"{offered} slots; the search alone {alone:.1f} ms", None, 30)


def bookings_per_s(house: House) -> Result:
    """Random overlapping slots by the action, then the same rows without locks and looks."""
    with many_connections(THREADS + 2):
        with inside(house.salon_id):
            _empty()
            service, people = staff(BOOKED_PEOPLE)
            contact = Contact.objects.create(name="Guest")
            contact_pk = contact.pk
        wanted = _wanted(service.pk, [person.pk for person in people])
        began = time.perf_counter()
        results = sum(at_once(THREADS, lambda n: _book(house.salon_id, contact_pk, wanted[n::THREADS])), Counter())
        took = time.perf_counter() - began
        with inside(house.salon_id):
            if overlaps() or results["errors"]:
                raise RuntimeError(f"{len(overlaps())} overlaps, {results}")
            done = Booking.objects.count()
        ours = done / took
        plain = _plain(house, wanted[:done], contact_pk)
    words = f"lock-free inserts of the same rows {plain:.0f}/s; {results['refused']} refused in the same time"
    return Result("bookings_per_s", ours, "1/s", words, ours / plain, OPERATIONS)


def _book(salon_id: int, contact_pk: int, items: list[ItemWanted]) -> "Counter[str]":
    told: Counter[str] = Counter()
    with inside(salon_id):
        contact = Contact.objects.get(pk=contact_pk)
        for item in items:
            try:
                book(NewBooking(items=[item], contact=contact, source="api"), by=None)
                told["booked"] += 1
            except SlotTaken:
                told["refused"] += 1
            except Exception:
                told["errors"] += 1
    return told


def _plain(house: House, items: list[ItemWanted], contact_pk: int) -> float:
    """A second: the same rows by the same statements, nobody locked and nothing looked at."""
    with inside(house.salon_id):
        _empty_bookings()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE allocation DROP CONSTRAINT one_guest_per_resource")
        known = catalogue()
    rules = asking.STAFF

    def one(number: int) -> None:
        with inside(house.salon_id):
            contact = Contact.objects.get(pk=contact_pk)
            for item in items[number::THREADS]:
                with transaction.atomic():
                    _insert(item, contact)

    def _insert(item: ItemWanted, contact: Contact) -> None:
        (line,) = lines_of([item], known, rules)
        ((person, way),) = line.ways.items()
        start = minute_of(item.starts_at) if item.starts_at else 0
        plans = [Plan(line, person, start, way, ((person, start, start + way.shape.minutes),))]
        booking = Booking(contact=contact, source="api", currency="BRL")
        writing.spread(booking, plans, known)
        rows = writing.items_of(plans)
        after = writing.facts(booking, rows, known)
        move = BookingMove(what="booked", after=after, by_kind="system", version=1)
        booking.pk = writing.write(writing.INSERT, booking, plans, move, items=rows)
        reminders.plan(booking, [line.service], known)
        audit.record("booking.booked", subject=booking.public_id, after=after)
        emit_many([writing.event("booking.booked", booking, None, items=after["items"])])

    began = time.perf_counter()
    at_once(THREADS, one)
    took = time.perf_counter() - began
    with inside(house.salon_id):
        _empty_bookings()
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE allocation ADD CONSTRAINT one_guest_per_resource "
                "EXCLUDE USING gist (resource_id WITH =, during WITH &&) WHERE (blocks)"
            )
    return len(items) / took


def _wanted(service: int, people: list[int]) -> list[ItemWanted]:
    chance = random.Random(26)
    first = datetime.fromtimestamp((now_minute() // 1440 + 2) * 86400, UTC)
    return [
        ItemWanted(service, chance.choice(people), first + timedelta(minutes=15 * chance.randrange(AHEAD_DAYS * 96)))
        for _ in range(OPERATIONS)
    ]


def _empty_and_fill() -> list[Service]:
    _empty()
    services = [
        Service.objects.create(name=f"S{n}", segments=segments, buffer_after=5 * n, currency="BRL", order=n)
        for n, segments in enumerate((
            [{"kind": "busy", "minutes": 30}],
            [{"kind": "busy", "minutes": 20}, {"kind": "processing", "minutes": 30}, {"kind": "busy", "minutes": 20}],
            [{"kind": "busy", "minutes": 45}],
        ))
    ]  # fmt: skip
    chance = random.Random(26)
    people = [
        Professional.objects.create(kind="professional", name=f"P{n}", hours=HOURS, order=n) for n in range(PEOPLE)
    ]
    for person in people:
        for service in services:
            ProfessionalService.objects.create(professional=person, service=service)
    change_policy({"hours": HOURS}, by=None)
    defaults.touch()
    zone = catalogue().zone
    day = (clock.now() + timedelta(days=2)).astimezone(zone).replace(hour=9, minute=0, second=0, microsecond=0)
    guest = Contact.objects.create(name="Guest")
    for person in people:
        for ahead in range(DAYS):
            for _ in range(8):
                item = ItemWanted(services[0].pk, person.pk, day + timedelta(days=ahead, minutes=chance.randrange(570)))
                try:
                    book(NewBooking(items=[item], contact=guest), by=None)
                except SlotTaken:
                    continue
    return services


def _empty() -> None:
    _empty_bookings()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE service, resource CASCADE")
    defaults.touch()


def _empty_bookings() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE booking CASCADE")
