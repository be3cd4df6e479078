"""Visits that stand where nobody works (any more): they are kept, and whoever plans is shown them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.bookings.asking import hours_and_breaks
from crm.bookings.availability.types import Reason, Span
from crm.bookings.availability.wall import day_of, minute_of
from crm.bookings.catalogue import Catalogue, KnownPerson, catalogue
from crm.bookings.models import Allocation, Booking
from crm.bookings.offers.links import booking_url
from crm.bookings.reading import taken
from crm.contacts.names import name_of
from ops import clock

COMING = (Booking.State.HELD, Booking.State.BOOKED, Booking.State.CONFIRMED, Booking.State.ARRIVED)
# So many are shown; all are counted.
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Outside:
    """One visit, and what stands against it."""

    booking: Booking
    person: str
    starts_at: datetime
    service: str
    why: str

    @property
    def guest(self) -> str:
        """Who comes."""
        contact = self.booking.contact
        return self.booking.guest_name or (name_of(contact) if contact else _("Walk-in"))

    @property
    def url(self) -> str:
        """Its page."""
        return booking_url(self.booking)


def outside(people: Iterable[int], among: QuerySet[Booking]) -> list[Outside]:
    """The coming visits of these professionals that are outside of their hours, the first ones first."""
    known = catalogue()
    persons = [known.people[pk] for pk in people if pk in known.people]
    rows = list(
        Allocation.objects.filter(
            resource__in=[one.pk for one in persons],
            blocks=True,
            item__booking__in=among.filter(state__in=COMING, ends_at__gt=clock.now()).values("pk"),
        )
        .select_related("item__booking__contact", "item__service")
        .order_by("during", "pk")
    )
    by_person: dict[int, list[Allocation]] = {}
    for row in rows:
        by_person.setdefault(row.resource_id, []).append(row)
    found: dict[int, Outside] = {}
    for one in persons:
        for row, why in _against(one, by_person.get(one.pk, []), known):
            item: Any = row.item
            found.setdefault(item.booking_id, Outside(item.booking, one.name, item.starts_at, item.service.name, why))
    return sorted(found.values(), key=lambda one: (one.starts_at, one.booking.pk))


def _against(one: KnownPerson, rows: list[Allocation], known: Catalogue) -> Iterable[tuple[Allocation, str]]:
    if not rows:
        return
    spans = [_span(row) for row in rows]
    low, high = min(start for start, _end in spans), max(end for _start, end in spans)
    works, breaks = hours_and_breaks(one, known, day_of(known.zone, low), day_of(known.zone, high))
    off = taken([one.pk], low, high).off.get(one.pk, [])
    for row, (start, end) in zip(rows, spans, strict=True):
        if one.is_archived:
            yield row, _("The professional is put away")
        elif any(low < end and start < high for low, high in off):
            yield row, words_of(Reason.TIME_OFF)
        elif not any(low <= start and end <= high for low, high in works):
            yield row, words_of(Reason.NOT_WORKING)
        elif any(low < end and start < high for low, high in breaks):
            yield row, words_of(Reason.ON_BREAK)


def words_of(reason: Reason) -> str:
    """What stands against a visit."""
    words = {
        Reason.NOT_WORKING: _("Outside the hours"),
        Reason.ON_BREAK: _("In a break"),
        Reason.TIME_OFF: _("In time off"),
    }
    return words[reason]


def _span(row: Allocation) -> Span:
    during: Any = row.during
    return minute_of(during.lower), -(-int(during.upper.timestamp()) // 60)
