"""What the waitlist hears of: time that became free, offers whose hold is over, messages that did not go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from channels_wa.messages.models import Message
from crm.bookings.actions import states
from crm.bookings.actions.writing import is_strangers
from crm.bookings.availability.wall import minute_of
from crm.bookings.catalogue import Catalogue, catalogue
from crm.bookings.models import Booking, BookingItem, WaitlistEntry, WaitlistOffer
from crm.bookings.notices import sending
from crm.bookings.reading import now_minute
from crm.bookings.waitlist import offering, passing, places
from crm.bookings.waitlist.places import Place
from ops.eventqueue.handling import Heard

State = WaitlistOffer.State
# A visit in one of these kept its time.
KEPT_TIME: Final = frozenset({"held", "booked", "confirmed", "arrived", "done"})


def on_freed(events: Sequence[Heard]) -> None:
    """booking.cancelled, .expired, .no_show and .moved, time.unblocked and .changed: time has become free."""
    if not events:
        return
    _end_offers(events)
    if not WaitlistEntry.objects.filter(closed_at=None).exists():
        return
    known = catalogue()
    for event in events:
        found = _place_of(event, known)
        if found is not None and found[0].end > now_minute():
            place, booking = found
            passing.set_timer(place, version=event.id, freed_by=booking)


def on_booked(events: Sequence[Heard]) -> None:
    """booking.booked: what an offer held is the guest's, with the deposit that it waited for."""
    if subjects := [one.subject for one in events if one.payload.get("source") == offering.SOURCE]:
        offering.settled(subjects)


def on_not_sent(events: Sequence[Heard]) -> None:
    """message.failed and message.cancelled: who was not reached keeps nobody waiting."""
    messages = dict(
        Message.objects.filter(public_id__in=[one.subject for one in events], purpose="service").values_list(
            "pk", "reason"
        )
    )
    if not messages:
        return
    rows = list(
        WaitlistOffer.objects.filter(message_id__in=list(messages), state=State.OFFERED)
        .select_related("booking", "entry")
        .order_by("pk")
    )
    if rows:
        states.wait_for_all([row.booking_id for row in rows])
    for row in rows:
        try:
            offering.withdraw(row, by=None, reason=f"not_sent {messages[row.message_id or 0]}")
        except offering.Gone:
            continue


def on_joined(events: Sequence[Heard]) -> None:
    """waitlist.joined: Meta looks at the text of the offer before the first place becomes free."""
    sending.prepare(offering.NAME)


def _end_offers(events: Sequence[Heard]) -> None:
    """Holds of offers that are over or were cancelled by somebody."""
    subjects = [event.subject for event in events if event.kind.startswith("booking.")]
    rows = WaitlistOffer.objects.filter(booking__public_id__in=subjects, state=State.OFFERED)
    if pks := list(rows.order_by("pk").values_list("pk", flat=True)):
        offering.look_at(pks)


def _place_of(event: Heard, known: Catalogue) -> tuple[Place, int | None] | None:
    if event.kind.startswith("time."):
        return (places.of_time(event.payload, known), None)
    booking = Booking.objects.filter(public_id=event.subject).first()
    if booking is None:
        return None
    offer = WaitlistOffer.objects.filter(booking=booking).exclude(place="").order_by("-pk").first()
    if offer is not None and event.kind in ("booking.cancelled", "booking.expired") and offer.state != State.TAKEN:
        # The same place goes on to the next, and to none of those who had it.
        return (places.read(offer.place), offer.freed_by_id)
    if event.payload.get("was") == "held" and is_strangers(booking):
        # It was nobody's visit: held on the page and given back, it must not set the salon writing.
        return None
    if event.kind == "booking.moved":
        place = places.of_items(event.payload.get("before") or (), known)
        return (place, booking.pk) if place else None
    if event.kind in ("booking.cancelled", "booking.no_show") and event.payload.get("was") not in KEPT_TIME:
        return None
    if place := places.of_items(event.payload.get("items") or (), known):
        return (place, booking.pk)
    return _as_it_stands(booking)


def _as_it_stands(booking: Booking) -> tuple[Place, int | None] | None:
    rows = list(BookingItem.objects.filter(booking=booking).values_list("starts_at", "ends_at", "professional_id"))
    if not rows:
        return None
    first: datetime = min(row[0] for row in rows)
    last: datetime = max(row[1] for row in rows)
    people = frozenset(row[2] for row in rows)
    return Place(minute_of(first), minute_of(last), people), booking.pk
