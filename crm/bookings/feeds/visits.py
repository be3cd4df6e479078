"""Which visits and blocked times stand in a file, and what of the guest."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext as _

from crm.bookings.feeds import ics
from crm.bookings.models import BlockedTime, Booking, BookingItem, Professional
from ops import clock
from tenants.access.membership import member_of
from tenants.access.roles import Permission
from tenants.members.models import Member
from tenants.salons.hosts import salon_host
from tenants.salons.models import Salon

PAST, AHEAD = timedelta(days=60), timedelta(days=365)
# Ten years of a full chair.
MOST: Final = 5_000
_SHOWN: Final = (Booking.State.BOOKED, Booking.State.CONFIRMED, Booking.State.ARRIVED, Booking.State.DONE)


def visit_file(booking: Booking, salon: Salon, url: str) -> bytes:
    """One visit, for the guest."""
    services = ", ".join(
        BookingItem.objects.filter(booking=booking).order_by("position").values_list("service__name", flat=True)
    )
    is_off = booking.state in (Booking.State.CANCELLED, Booking.State.NO_SHOW)
    event = ics.Event(
        uid=_uid(booking, salon),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        summary=f"{services} · {salon.name}",
        changed_at=booking.updated_at,
        sequence=booking.version,
        status=ics.CANCELLED if is_off else ics.CONFIRMED,
        description=_("See, move or cancel: %(url)s") % {"url": url},
        location=salon.name,
        url=url,
    )
    return ics.calendar([event], name=salon.name)


def feed(professional: Professional, salon: Salon) -> bytes:
    """All of a professional's from sixty days ago to a year ahead. The same as long as nothing has changed."""
    now = clock.now()
    items = list(
        BookingItem.objects.filter(
            professional=professional,
            starts_at__gte=now - PAST,
            starts_at__lt=now + AHEAD,
            booking__state__in=_SHOWN,
        )
        .select_related("booking__contact", "service")
        .order_by("starts_at", "pk")[:MOST]
    )
    blocked = list(
        BlockedTime.objects.filter(
            resource=professional, cancelled_at=None, ends_at__gte=now - PAST, starts_at__lt=now + AHEAD
        ).order_by("starts_at", "pk")[:MOST]
    )
    names = _names(professional, items, salon)
    events = [_visit(item, salon, names.get(item.booking_id, "")) for item in items]
    events += [_blocked(one, salon) for one in blocked]
    return ics.calendar(events, name=f"{professional.name} · {salon.name}")


def _visit(item: BookingItem, salon: Salon, guest: str) -> ics.Event:
    booking = item.booking
    return ics.Event(
        # A visit may have several services of one professional; moved, its items are new rows, the places stay.
        uid=_uid(booking, salon, f"-{item.position}"),
        starts_at=item.starts_at,
        ends_at=item.ends_at,
        summary=f"{item.service.name} · {guest}" if guest else item.service.name,
        changed_at=booking.updated_at,
        sequence=booking.version,
        description=", ".join(str(one["name"]) for one in item.add_ons),
        location=salon.name,
    )


def _blocked(one: BlockedTime, salon: Salon) -> ics.Event:
    words = _("Time off") if one.kind == BlockedTime.Kind.TIME_OFF else _("Blocked")
    return ics.Event(
        uid=f"{one.public_id}@{salon_host(salon.slug).partition(':')[0]}",
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        summary=f"{words}: {one.reason}" if one.reason else words,
        changed_at=one.created_at,
        sequence=one.version,
        location=salon.name,
    )


def _names(professional: Professional, items: Sequence[BookingItem], salon: Salon) -> dict[int, str]:
    """Guests' names by booking: where the professional has a login that may see them (its own visits it may, whoever
    the guest is). An address without anybody's right behind it names nobody."""
    row = Member.objects.filter(pk=professional.member_id or 0).first()
    member = member_of(salon.pk, row.user_id) if row else None
    if member is None or not member.may(Permission.BOOKINGS_SEE):
        return {}
    return {item.booking_id: _name(item.booking) for item in items}


def _name(booking: Booking) -> str:
    return (booking.contact.name if booking.contact else "") or booking.guest_name


def _uid(booking: Booking, salon: Salon, part: str = "") -> str:
    return f"{booking.public_id}{part}@{salon_host(salon.slug).partition(':')[0]}"
