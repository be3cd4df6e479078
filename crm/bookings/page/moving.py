"""A visit at another time, by the guest; and the same visit chosen again."""

from datetime import date, datetime, timedelta

from django.db import transaction

from crm.bookings import asking
from crm.bookings.actions import states
from crm.bookings.actions.booking import items_in_order
from crm.bookings.asking import GUEST
from crm.bookings.availability.types import DAY, Slot
from crm.bookings.availability.wall import instant, minute_of
from crm.bookings.catalogue import catalogue
from crm.bookings.models import Booking
from crm.bookings.page import limits, sending
from crm.bookings.page.choice import Choice, is_offered
from crm.bookings.page.frame import Look
from crm.bookings.page.showing import Free
from crm.bookings.reading import now_minute
from crm.bookings.reminders.slots import move_to, ways


def until(booking: Booking) -> datetime:
    """Until when the guest may change it."""
    known = catalogue()
    hours = max((known.services[item.service_id].cancel_hours for item in items_in_order(booking)), default=0)
    return booking.starts_at - timedelta(hours=hours)


@transaction.atomic
def move(booking: Booking, at: int, *, version: int | None) -> Booking:
    """Let it begin then, with the same people or, where they have no time, with others. Raises TooLate, Stale,
    NotAllowed, SlotTaken, WrongItem, limits.TooMany."""
    if not states.may_still_change(booking):
        raise states.TooLate
    if version is not None and version != booking.version:
        raise states.Stale(booking)
    moved = move_to(booking, at, by=booking.contact, rules=GUEST, reason="by_guest")
    # Each is a message, and a line in everybody's calendar; raised here nothing of it has happened.
    limits.count(limits.moves(str(booking.public_id)))
    sending.send_word(moved, "moved")
    return moved


def free_for(booking: Booking) -> Free:
    """Where it has room, by the rules that bind guests; not where it is."""
    zone, own = catalogue().zone, minute_of(booking.starts_at)

    def free(first: date, last: date, most: int | None) -> list[Slot]:
        start, end = instant(zone, first.toordinal(), 0), instant(zone, last.toordinal() + 1, 0)
        found = [one for one in _free_between(booking, start, end) if one.starts != own]
        return found[:most] if most else found

    return free


def nearest_to(booking: Booking, around: int) -> list[Slot]:
    """The free times of a visit closest to a moment."""
    start = max(around - 2 * DAY, now_minute())
    found = _free_between(booking, start, max(around + 7 * DAY, start + 1))
    close = sorted(found, key=lambda one: (abs(one.starts - around), one.starts))[: asking.NEAREST]
    return sorted(close, key=lambda one: one.starts)


def choice_of(booking: Booking, look: Look) -> Choice:
    """The same visit as it would be chosen now: with the same person, if it was one who was asked for."""
    known = catalogue()
    items = [item for item in items_in_order(booking) if is_offered(known.services[item.service_id], known)]
    by_id = {str(row.public_id): row.pk for row in known.services.values() if row.is_online and not row.is_archived}
    add_ons = {
        item.service_id: tuple(by_id[str(one["id"])] for one in item.add_ons if str(one["id"]) in by_id)
        for item in items
    }
    asked_for = [item.professional_id for item in items if not item.is_anyone]
    person = next((pk for pk in asked_for if known.people[pk].is_online and not known.people[pk].is_archived), None)
    services = tuple(item.service_id for item in items)
    return Choice(known, services, add_ons, person, None, None, look.chosen, look.is_embedded)


def nearest(chosen: Choice, booking: Booking) -> list[Slot]:
    """Free times around the one that was lost."""
    around = max(minute_of(booking.starts_at), now_minute())
    return asking.nearest(chosen.asked(), around)


def _free_between(booking: Booking, start: int, end: int) -> list[Slot]:
    """Where the visit has room in these minutes: with the same people, and only where they have none with anyone."""
    return next((found for way in ways(booking) if (found := way.between(start, end))), [])
