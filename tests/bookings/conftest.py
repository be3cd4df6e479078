"""A salon with two professionals, two services and a guest."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from channels_wa.messages.models import Identity
from crm.bookings import defaults
from crm.bookings.actions.booking import ItemWanted, NewBooking, book, hold
from crm.bookings.models import (
    Allocation,
    Booking,
    BookingItem,
    BookingPolicy,
    Professional,
    ProfessionalService,
    Resource,
    Service,
)
from crm.contacts.models import Contact
from ops import clock
from ops.salon import inside
from tests.world import Salons

ZONE = ZoneInfo("America/Sao_Paulo")
ALL_DAY = [[[480, 1200]] for _ in range(7)]


@dataclass
class Chair:
    """Aurora's calendar: Ana cuts and colours, Bia cuts; there is one sink."""

    salon_id: int
    contact: Contact
    cut: Service
    colour: Service
    ana: Professional
    bia: Professional
    sink: Resource
    day: date = field(default_factory=lambda: clock.now().astimezone(ZONE).date() + timedelta(days=7))

    def at(self, text: str, days: int = 0) -> datetime:
        """What the clock shows a week from today."""
        return datetime.combine(self.day + timedelta(days=days), time.fromisoformat(text), ZONE)

    def wanted(self, text: str = "10:00", *, service: Service | None = None, who: Professional | None = None,
               **more: Any) -> NewBooking:  # fmt: skip
        """A visit of one service, with Ana unless somebody else is named."""
        item = ItemWanted((service or self.cut).pk, (who or self.ana).pk, self.at(text))
        return NewBooking(**{"contact": self.contact, "items": [item], "source": "api", **more})

    def book(self, text: str = "10:00", **more: Any) -> Booking:
        """Book it."""
        with inside(self.salon_id):
            return book(self.wanted(text, **more), by=None)

    def hold(self, text: str = "10:00", **more: Any) -> Booking:
        """Hold it."""
        with inside(self.salon_id):
            return hold(self.wanted(text, **more), by=None)

    def fresh(self, booking: Booking) -> Booking:
        """How it is now."""
        with inside(self.salon_id):
            return Booking.objects.get(pk=booking.pk)

    def busy(self, booking: Booking) -> list[tuple[int, str, str, bool]]:
        """What it keeps busy: resource, from, until, and whether it blocks."""
        with inside(self.salon_id):
            rows = Allocation.objects.filter(item__booking=booking).order_by("during", "resource")
            found = list(rows.values_list("resource_id", "during", "blocks"))
        return [
            (key, f"{during.lower.astimezone(ZONE):%H:%M}", f"{during.upper.astimezone(ZONE):%H:%M}", blocks)
            for key, during, blocks in found
            if during.lower and during.upper
        ]

    def items(self, booking: Booking) -> list[BookingItem]:
        """Its services."""
        with inside(self.salon_id):
            return list(BookingItem.objects.filter(booking=booking).order_by("position"))


def make_chair(salon_id: int) -> Chair:
    """The rows. Inside the salon."""
    contact = Contact.objects.create(name="Carla Dias")
    Identity.objects.create(
        portfolio="1" * 16, kind="phone", value="+5511988885678", contact_id=contact.pk, created_at=clock.now()
    )
    cut = Service.objects.create(name="Corte", segments=[{"kind": "busy", "minutes": 45}], price_minor=8000,
                                 currency="BRL", buffer_after=15)  # fmt: skip
    colour = Service.objects.create(
        name="Cor",
        segments=[
            {"kind": "busy", "minutes": 30}, {"kind": "processing", "minutes": 60}, {"kind": "busy", "minutes": 30},
        ],
        price_minor=20000, currency="BRL", needs=["sink"],
    )  # fmt: skip
    ana = Professional.objects.create(kind="professional", name="Ana", hours=ALL_DAY, order=1)
    bia = Professional.objects.create(kind="professional", name="Bia", hours=ALL_DAY, order=2)
    sink = Resource.objects.create(kind="sink", name="Sink")
    for who, what in ((ana, cut), (ana, colour), (bia, cut)):
        ProfessionalService.objects.create(professional=who, service=what)
    defaults.policy()
    BookingPolicy.objects.update(hours=ALL_DAY)
    defaults.touch()
    return Chair(salon_id, contact, cut, colour, ana, bia, sink)


@pytest.fixture
def chair(salons: Salons, db: None) -> Iterator[Chair]:
    """Aurora with all that."""
    with inside(salons.aurora.pk):
        made = make_chair(salons.aurora.pk)
    yield made
