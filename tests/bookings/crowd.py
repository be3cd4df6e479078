"""Many at once: connections for that many threads, professionals to book, and what must hold afterwards."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection

from crm.bookings import defaults
from crm.bookings.models import BookingPolicy, Professional, ProfessionalService, Service

T = TypeVar("T")
ALL_HOURS = [[[0, 1440]] for _ in range(7)]


@contextmanager
def many_connections(count: int) -> Iterator[None]:
    """A pool that is as large as that while it lasts."""
    pool: dict[str, Any] = settings.DATABASES["default"]["OPTIONS"]["pool"]  # type: ignore[assignment]
    before = pool["max_size"]
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    pool["max_size"] = count
    try:
        yield
    finally:
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        pool["max_size"] = before


def at_once(threads: int, work: Callable[[int], T]) -> list[T]:
    """Each thread its number; what they gave back."""

    def one(number: int) -> T:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as people:
        return list(people.map(one, range(threads)))


def staff(count: int) -> tuple[Service, list[Professional]]:
    """One service of 45 minutes, and people who do it day and night. Inside the salon."""
    service = Service.objects.create(
        name="Corte", segments=[{"kind": "busy", "minutes": 45}], price_minor=8000, currency="BRL"
    )
    people = [
        Professional.objects.create(kind="professional", name=f"P{number}", hours=ALL_HOURS, order=number)
        for number in range(count)
    ]
    for person in people:
        ProfessionalService.objects.create(professional=person, service=service)
    defaults.policy()
    BookingPolicy.objects.update(hours=ALL_HOURS)
    defaults.touch()
    return service, people


def slot(day: datetime, number: int) -> datetime:
    """Starts that overlap their neighbours: every 15 minutes."""
    return day + timedelta(minutes=15 * number)


def overlaps() -> Sequence[tuple[Any, ...]]:
    """What must never be: two stretches of one resource that block and overlap. Inside the salon."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, b.id FROM allocation a JOIN allocation b ON a.resource_id = b.resource_id AND a.id < b.id "
            "AND a.blocks AND b.blocks AND a.during && b.during"
        )
        return list(cursor.fetchall())


def strays() -> Sequence[tuple[Any, ...]]:
    """Bookings whose rows do not say what their state says. Inside the salon."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.id, b.state FROM booking b JOIN booking_item i ON i.booking_id = b.id "
            "LEFT JOIN allocation a ON a.item_id = i.id "
            "WHERE a.id IS NULL OR a.blocks <> (b.state NOT IN ('cancelled', 'no_show'))"
        )
        return list(cursor.fetchall())
