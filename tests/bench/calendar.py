"""A week of ten professionals with four hundred visits, for the pages of the calendar."""

from datetime import UTC, date, datetime, time, timedelta

from crm.bookings import defaults
from crm.bookings.actions.writing import wall_clock
from crm.bookings.catalogue import catalogue
from crm.bookings.models import Allocation, Booking, BookingItem, Professional
from crm.contacts.models import Contact
from ops import clock
from ops.salon import inside
from tests.bench.house import House
from tests.bookings.crowd import staff

PEOPLE, EACH_DAY, DAYS = 10, 8, 5
SOURCE = "bench"
STATES = ("booked", "confirmed", "booked", "arrived", "done")


def addresses(house: House) -> list[str]:
    """What the calendar asks for: itself, a week, a day, and the month at a glance."""
    with inside(house.salon_id):
        first = _seeded()
    days = "/calendar/days/?from={}&to={}"
    return [
        f"/calendar/?view=week&date={first}",
        days.format(first, first + timedelta(days=7)),
        days.format(first, first + timedelta(days=1)),
        f"/calendar/month/?month={first:%Y-%m}",
    ]


def _seeded() -> date:
    """The Monday of the week that is full."""
    found = Booking.objects.filter(source=SOURCE).order_by("starts_at")
    if found.count() != PEOPLE * EACH_DAY * DAYS:
        _seed()
    first: Booking = found[0]
    return first.starts_at.astimezone(catalogue().zone).date()


def _seed() -> None:
    service, people = staff(PEOPLE)
    zone = catalogue().zone
    today = clock.now().astimezone(zone).date()
    monday = today + timedelta(days=7 - today.weekday())
    contacts = list(Contact.objects.order_by("pk")[: PEOPLE * EACH_DAY * DAYS])
    places = [
        (who, datetime.combine(monday + timedelta(days=day), time(9 + number), zone).astimezone(UTC))
        for day in range(DAYS)
        for who in people
        for number in range(EACH_DAY)
    ]
    bookings = Booking.objects.bulk_create(
        [
            Booking(
                contact=contacts[place % len(contacts)],
                source=SOURCE,
                state=STATES[place % len(STATES)],
                starts_at=start,
                ends_at=start + timedelta(minutes=45),
                zone=zone.key,
                wall_clock=wall_clock(start, zone),
                currency="BRL",
            )
            for place, (_who, start) in enumerate(places)
        ]
    )
    items = BookingItem.objects.bulk_create(
        [_item(booking, who, service.pk) for booking, (who, _start) in zip(bookings, places, strict=True)]
    )
    Allocation.objects.bulk_create(
        [Allocation(item=item, resource=item.professional, during=(item.starts_at, item.ends_at)) for item in items]
    )
    defaults.touch()


def _item(booking: Booking, who: Professional, service: int) -> BookingItem:
    return BookingItem(
        booking=booking,
        service_id=service,
        professional=who,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        segments=[{"kind": "busy", "minutes": 45}],
    )
