"""What a guest may do with visits in a talk, by the rules that guests have; each says what became of it.

{"outcome": "booked" | "deposit" | "held" | "moved" | "cancelled" | "taken" | "too_late" | "none" | "error",
 "booking": {…}}
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet

from crm.bookings.actions import states
from crm.bookings.actions.booking import ItemWanted, NewBooking, WrongItem, hold
from crm.bookings.actions.placing import SlotTaken
from crm.bookings.asking import GUEST
from crm.bookings.availability.wall import minute_of
from crm.bookings.catalogue import catalogue
from crm.bookings.deposits.actions import book_or_ask, settle_or_ask
from crm.bookings.models import Booking
from crm.bookings.reminders.slots import move_to, resources_of
from crm.bookings.talking import words
from crm.bookings.talking.choices import offered_services, person_key
from crm.bookings.talking.visits import ahead, told, visit_of
from crm.contacts.models import Contact
from ops.instants import read_instant

JSON = dict[str, Any]
SOURCE: Final = "flow"
# Nobody has more visits ahead that they booked by themselves in a talk.
MOST_AHEAD: Final = 10
# What is over or too near by now is as good as taken.
_TOO_LATE: Final = frozenset({"past", "too_far"})


@dataclass(frozen=True, slots=True)
class Guest:
    """Who talks, where, and which step asks: it stands in the booking."""

    contact: Contact | None
    conversation_id: int | None = None
    step: str = ""


class _NoSlot(ValueError):
    """What was kept of a time cannot be read."""


def hold_slot(asked: JSON, guest: Guest) -> JSON:
    """{"slot": {…}, "minutes": 10}. Another time that they held before is free again."""
    language = words.language_for(str(asked.get("language") or ""))
    if guest.contact is None:
        return _error("no_guest")
    for other in _let_go(guest.contact):
        states.cancel(other, by=guest.contact, reason="another_time")
    minutes = asked.get("minutes") if isinstance(asked.get("minutes"), int) else None
    return _make(lambda new: hold(new, by=guest.contact, rules=GUEST, minutes=minutes), asked, guest, language, "held")


def book_slot(asked: JSON, guest: Guest) -> JSON:
    """{"slot": {…, "held": id}, "note": "…"}"""
    language = words.language_for(str(asked.get("language") or ""))
    if guest.contact is None:
        return _error("no_guest")
    slot = asked.get("slot") if isinstance(asked.get("slot"), dict) else {}
    held = visit_of(guest.contact, (slot or {}).get("held"))
    if held is not None and held.state in states_ahead():
        # Somebody of the salon, or the payment of its deposit, was first.
        return _done("booked", held, language)
    if held is not None and held.state == Booking.State.HELD:
        try:
            return _done("booked", settle_or_ask(held, by=guest.contact), language)
        except (states.HoldOver, states.NotAllowed, SlotTaken):
            # The hold is over: perhaps the place is still free.
            pass
    if ahead(guest.contact).count() >= MOST_AHEAD:
        return _error("too_many")
    return _make(lambda new: book_or_ask(new, by=guest.contact, rules=GUEST), asked, guest, language, "booked")


def reschedule(asked: JSON, guest: Guest) -> JSON:
    """{"booking": id or null for the next, "slot": {…}}"""
    language = words.language_for(str(asked.get("language") or ""))
    booking = _meant(asked, guest)
    if booking is None or booking.state not in (*states_ahead(), Booking.State.HELD):
        return {"outcome": "none"}
    try:
        start = minute_of(_start_of(asked.get("slot")))
        moved = move_to(booking, start, by=guest.contact, rules=GUEST, reason=SOURCE)
    except states.TooLate:
        return _done("too_late", booking, language)
    except (states.NotAllowed, states.Stale):
        return {"outcome": "none"}
    except SlotTaken:
        return {"outcome": "taken"}
    except WrongItem as wrong:
        return {"outcome": "taken"} if wrong.code in _TOO_LATE else _error(wrong.code)
    except _NoSlot:
        return _error("no_slot")
    return _done("moved", moved, language)


def cancel(asked: JSON, guest: Guest) -> JSON:
    """{"booking": id or null for the next, "reason": "…"}"""
    language = words.language_for(str(asked.get("language") or ""))
    booking = _meant(asked, guest)
    if booking is None or booking.state not in (*states_ahead(), Booking.State.HELD):
        return {"outcome": "none"}
    reason = str(asked.get("reason") or "")[:150] or SOURCE
    try:
        done = states.cancel(booking, by=guest.contact, reason=reason, in_policy=True)
    except states.TooLate:
        return _done("too_late", booking, language)
    except (states.NotAllowed, states.Stale):
        return {"outcome": "none"}
    return _done("cancelled", done, language)


def wait_for_all(wanted: Sequence[tuple[JSON, Guest]]) -> None:
    """The locks of all that these will change, at once: taken one by one, two batches would wait in a circle."""
    known = catalogue()
    online = {str(one.public_id): one.pk for one in offered_services(known)}
    services: set[int] = set()
    bookings: set[int] = set()
    for asked, guest in wanted:
        slot = asked.get("slot") if isinstance(asked.get("slot"), dict) else {}
        for item in _items(slot or {}):
            services |= {pk for pk in [online.get(str(item.get("service")))] if pk}
        if guest.contact is not None:
            found = [_meant(asked, guest), visit_of(guest.contact, (slot or {}).get("held"))]
            bookings |= {one.pk for one in found if one is not None}
            bookings |= set(_let_go(guest.contact).values_list("pk", flat=True))
    also = {person.pk for person in known.people.values() if not services.isdisjoint(person.shapes)}
    also |= {thing.pk for thing in known.things_of(kind for pk in services for kind in known.services[pk].needs)}
    if bookings:
        also |= resources_of(sorted(bookings))
    states.wait_for_all(bookings, also=also)


def _let_go(contact: Contact) -> QuerySet[Booking]:
    """What they held before in a talk; not what waits for its deposit."""
    held = Booking.objects.filter(contact=contact, state=Booking.State.HELD, source=SOURCE)
    return held.filter(deposit_state=Booking.Deposit.NONE).order_by("pk")


def states_ahead() -> Iterable[str]:
    """Where a visit stands that the guest may still change."""
    return (Booking.State.BOOKED, Booking.State.CONFIRMED)


def _make(how: Any, asked: JSON, guest: Guest, language: str, outcome: str) -> JSON:
    try:
        made = how(_new(asked, guest))
        return _booked(made, language) if outcome == "booked" else _done(outcome, made, language)
    except SlotTaken:
        return {"outcome": "taken"}
    except WrongItem as wrong:
        return {"outcome": "taken"} if wrong.code in _TOO_LATE else _error(wrong.code)
    except _NoSlot:
        return _error("no_slot")


def _new(asked: JSON, guest: Guest) -> NewBooking:
    known, slot = catalogue(), asked.get("slot")
    starts_at = _start_of(slot)
    online = {str(one.public_id): one.pk for one in offered_services(known)}
    items = []
    for place, item in enumerate(_items(slot)):
        service = online.get(str(item.get("service")))
        who = person_key(item.get("professional"), known)
        if service is None or (item.get("professional") and who is None):
            raise WrongItem(place, "service", "not_offered", "This is not offered any more.")
        items.append(ItemWanted(service, who, starts_at if place == 0 else None))
    if not items:
        raise _NoSlot
    return NewBooking(
        contact=guest.contact,
        items=items,
        conversation_id=guest.conversation_id,
        source=SOURCE,
        note=str(asked.get("note") or "")[:500],
        details={"step": guest.step} if guest.step else {},
    )


def _start_of(slot: Any) -> datetime:
    try:
        found = read_instant(slot["starts_at"])
    except (TypeError, KeyError):
        raise _NoSlot from None
    if found is None:
        raise _NoSlot
    return found


def _items(slot: Any) -> list[JSON]:
    given = slot.get("items") if isinstance(slot, dict) else None
    return [one for one in given[:10] if isinstance(one, dict)] if isinstance(given, list) else []


def _meant(asked: JSON, guest: Guest) -> Booking | None:
    """The visit that is named, else the next; nothing in place of one that is gone."""
    if guest.contact is None or ("booking" not in asked):
        return None
    if asked["booking"] is None:
        return ahead(guest.contact).first()
    return visit_of(guest.contact, asked["booking"])


def _booked(booking: Booking, language: str) -> JSON:
    """Booked; or held until its deposit is paid."""
    return _done("deposit" if booking.state == Booking.State.HELD else "booked", booking, language)


def _done(outcome: str, booking: Booking, language: str) -> JSON:
    return {"outcome": outcome, "booking": told([booking], language)[0]}


def _error(why: str) -> JSON:
    return {"outcome": "error", "why": why}
