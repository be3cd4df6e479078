"""A guest who has a visit and would come earlier: they wait with it, and give it up for what they take."""

from typing import Any
from zoneinfo import ZoneInfo

from crm.bookings.actions import states
from crm.bookings.actions.booking import items_in_order
from crm.bookings.models import Booking, WaitlistEntry
from crm.bookings.waitlist import actions, offering
from ops import clock


def entry_of(booking: Booking) -> WaitlistEntry | None:
    """What the guest waits for in place of this visit."""
    return WaitlistEntry.objects.filter(booking=booking, closed_at=None).order_by("pk").first()


def wait(booking: Booking, *, by: Any, source: str) -> WaitlistEntry:
    """The same services, with whom they were booked, on the days before. Raises actions.Wrong."""
    zone, items = ZoneInfo(booking.zone), items_in_order(booking)
    contact = booking.contact
    if contact is None:
        raise actions.Wrong("contact", "nobody", "The visit is of nobody known.")
    wanted = actions.Wanted(
        service_ids=list(dict.fromkeys(item.service_id for item in items)),
        professional_ids=[] if any(item.is_anyone for item in items) else [item.professional_id for item in items],
        from_date=clock.now().astimezone(zone).date(),
        to_date=booking.starts_at.astimezone(zone).date(),
    )
    return actions.join(contact, wanted, by=by, source=source, booking=booking)


def leave(booking: Booking, *, by: Any) -> None:
    """They are content with what they have; an offer that is open goes to the next."""
    entry = entry_of(booking)
    if entry is None:
        return
    for row in entry.offers.filter(state="offered").select_related("booking", "entry"):
        states.wait_for_all([row.booking_id])
        try:
            offering.refuse(row, by=by)
        except offering.Gone:
            continue
    actions.leave(entry, by=by)
