"""Making a booking: held for a while, or booked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from billing.metering.kinds import Kind
from billing.quotas.asking import QuotaExceeded, ask
from billing.subscriptions.refusing import read_only_words
from crm.bookings import reminders
from crm.bookings.actions import writing
from crm.bookings.actions.placing import Line, Plan, SlotTaken, Way, in_turn, place
from crm.bookings.asking import GUEST, OVERRIDE, STAFF, Asked, Rules, people_of, wish
from crm.bookings.availability.types import Wish
from crm.bookings.availability.wall import day_of, instant, minute_of
from crm.bookings.catalogue import Catalogue, KnownPerson, KnownService, catalogue, shape_of
from crm.bookings.models import Booking, BookingItem
from crm.bookings.reading import now_minute
from crm.contacts.models import Contact
from ops import clock
from ops.events.actions import emit_many
from ops.salon import current_salon_id
from tenants.audit import actions as audit

MOST_ITEMS = 10
# Nobody plans further ahead; for guests the salon's horizon is nearer.
FURTHEST_DAYS = 730
MINUTE = timedelta(minutes=1)


class WrongItem(ValueError):
    """A service of the visit that cannot be; `field` is service, professional, starts_at or add_ons."""

    def __init__(self, position: int, field: str, code: str, words: str) -> None:
        super().__init__(words)
        self.position, self.field, self.code, self.words = position, field, code, words


@dataclass(frozen=True, slots=True)
class ItemWanted:
    """One service of a visit, by the keys of its rows. Without a professional: anyone. Without a start: in turn."""

    service: int
    professional: int | None = None
    starts_at: datetime | None = None
    add_ons: tuple[int, ...] = ()
    # Who anyone is, where calendars are closed to who books; None: whoever does the service.
    among: frozenset[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBooking:
    """A visit as someone wants it."""

    items: Sequence[ItemWanted]
    contact: Contact | None = None
    guest_name: str = ""
    conversation_id: int | None = None
    source: str = ""
    note: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    series: UUID | None = None
    series_number: int | None = None
    series_rule: dict[str, Any] | None = None
    # A price that was agreed; None: what the list says.
    price_minor: int | None = None


def book(new: NewBooking, *, by: Any, rules: Rules = STAFF, override: str = "") -> Booking:
    """Book it. `override` is the reason why hours, breaks and time off do not count; nobody is booked twice even so.

    Raises WrongItem, SlotTaken with the nearest free slots, and QuotaExceeded where the plan has no room.
    """
    return _make(new, by, OVERRIDE if override else rules, Booking.State.BOOKED, override=override)


def hold(new: NewBooking, *, by: Any, rules: Rules = GUEST, minutes: int | None = None) -> Booking:
    """Keep the place for a while (the salon's hold_minutes); then it is free again by itself. Raises as `book`."""
    return _make(new, by, rules, Booking.State.HELD, minutes=minutes)


def _make(
    new: NewBooking, by: Any, rules: Rules, state: str, *, override: str = "", minutes: int | None = None
) -> Booking:
    room = ask(current_salon_id() or 0, Kind.BOOKINGS)
    if not room.allowed and rules.for_guests:
        raise WrongItem(0, "", "plan", "The salon takes no more bookings here for now.")
    if not room.allowed:
        raise QuotaExceeded(room)

    def work() -> Booking:
        known, plans = place(lambda known: lines_of(new.items, known, rules), rules)
        booking = _row(new, known, plans, state, by)
        booking.override_reason = override[:200]
        if state == Booking.State.HELD:
            booking.hold_until = clock.now() + timedelta(minutes=minutes or known.hold_minutes)
        items = writing.items_of(plans)
        after = writing.facts(booking, items, known)
        move = writing.new_move(booking, state, before=None, after=after, by=by, reason=override)
        booking.pk = writing.write(writing.INSERT, booking, plans, move, items=items)
        booking._state.adding = False
        writing.set_hold_timer(booking)
        reminders.plan(booking, [item.service_id for item in items], known)
        audit.record(f"booking.{state}", subject=booking.public_id, by=by, after=after)
        emit_many([writing.event(f"booking.{state}", booking, by, items=after["items"])])
        return booking

    try:
        return in_turn(work)
    except SlotTaken as taken:
        raise taken.instead(lambda: asked_of(new.items, rules), _around(new.items)) from None


def lines_of(items: Sequence[ItemWanted], known: Catalogue, rules: Rules) -> list[Line]:
    """The services as they want a place. Raises WrongItem."""
    if not 1 <= len(items) <= MOST_ITEMS:
        raise WrongItem(0, "", "items", f"Must be 1 to {MOST_ITEMS} services.")
    return [_line(position, item, known, rules) for position, item in enumerate(items)]


def _line(position: int, item: ItemWanted, known: Catalogue, rules: Rules) -> Line:
    service = known.services.get(item.service)
    if service is None or service.is_archived or (rules.for_guests and not service.is_online):
        raise WrongItem(position, "service", "not_offered", "This service is not offered any more.")
    if service.is_add_on:
        raise WrongItem(position, "service", "add_on", "An add-on is booked with a service, as one of its add_ons.")
    add_ons = _add_ons(position, item, service, known)
    ways = {one.pk: _way(service, one, add_ons, known) for one in _who(position, item, service, known, rules)}
    starts = None if item.starts_at is None else start_of(item.starts_at, known, rules, position)
    if position == 0 and starts is None:
        raise WrongItem(position, "starts_at", "required", "The first service must say when it begins.")
    return Line(
        service.pk,
        ways,
        service.needs,
        tuple(
            {"id": str(one.public_id), "name": one.name, "minutes": one.shape.minutes, "price_minor": one.price_minor}
            for one in add_ons
        ),
        item.professional is None,
        starts,
    )


def _who(position: int, item: ItemWanted, service: KnownService, known: Catalogue, rules: Rules) -> list[KnownPerson]:
    if item.professional is None:
        found = [
            one
            for one in known.people.values()
            if service.pk in one.shapes
            and not (one.is_archived or one.is_beyond_plan)
            and (one.is_online or not rules.for_guests)
            and (item.among is None or one.pk in item.among)
        ]
        if not found:
            raise WrongItem(position, "service", "nobody", "Nobody offers this service.")
        return found
    person = known.people.get(item.professional)
    if person is not None and person.is_beyond_plan:
        raise WrongItem(position, "professional", "beyond_plan", read_only_words("professionals"))
    if person is None or person.is_archived or (rules.for_guests and not person.is_online):
        raise WrongItem(position, "professional", "not_there", "This professional takes no bookings.")
    if service.pk not in person.shapes and not rules.is_override:
        raise WrongItem(position, "professional", "not_offered", "This professional does not offer the service.")
    return [person]


def _way(service: KnownService, person: KnownPerson, add_ons: Sequence[KnownService], known: Catalogue) -> Way:
    segments = [dict(part) for part in person.segments.get(service.pk, service.segments)]
    extra = sum(one.shape.minutes for one in add_ons)
    if extra:
        busy = [part for part in segments if part["kind"] == "busy"]
        if busy:
            busy[-1]["minutes"] += extra
        else:
            segments.append({"kind": "busy", "minutes": extra})
    price = person.prices.get(service.pk, service.price_minor) + sum(one.price_minor for one in add_ons)
    return Way(tuple(segments), shape_of(segments, service.shape.before, service.shape.after), price)


def _add_ons(position: int, item: ItemWanted, service: KnownService, known: Catalogue) -> list[KnownService]:
    found = []
    for pk in item.add_ons:
        one = known.services.get(pk)
        if one is None or one.is_archived or pk not in service.add_on_ids:
            raise WrongItem(position, "add_ons", "not_offered", "This add-on is not offered with the service.")
        found.append(one)
    return found


def start_of(moment: datetime, known: Catalogue, rules: Rules, position: int = 0) -> int:
    """The minute a visit begins. Raises WrongItem for one that is over, too far away or no whole minute."""
    if moment.second or moment.microsecond:
        raise WrongItem(position, "starts_at", "whole_minutes", "Must be a whole minute.")
    start, now = minute_of(moment), now_minute()
    if start < now and not rules.is_override and not rules.may_have_begun:
        raise WrongItem(position, "starts_at", "past", "This is over.")
    furthest = instant(known.zone, day_of(known.zone, now) + FURTHEST_DAYS, 0)
    if not now - FURTHEST_DAYS * 1440 <= start < furthest:
        raise WrongItem(position, "starts_at", "too_far", f"Must be within {FURTHEST_DAYS} days.")
    return start


def asked_of(items: Sequence[ItemWanted], rules: Rules) -> Asked:
    """The same visit as a question, for the slots that are free instead."""
    known = catalogue()
    wishes: list[Wish] = [
        wish(known, item.service, people_of(item.professional, item.among), item.add_ons) for item in items
    ]
    return Asked(tuple(wishes), STAFF if rules.is_override else rules)


def _around(items: Sequence[ItemWanted]) -> int:
    return min((minute_of(item.starts_at) for item in items if item.starts_at), default=now_minute())


def _row(new: NewBooking, known: Catalogue, plans: Sequence[Plan], state: str, by: Any) -> Booking:
    now = clock.now()
    booking = Booking(
        contact=new.contact,
        guest_name=new.guest_name[:120],
        conversation_id=new.conversation_id,
        state=state,
        state_at=now,
        source=new.source,
        note=new.note,
        details=new.details,
        series=new.series,
        series_number=new.series_number,
        series_rule=new.series_rule,
        currency=known.services[plans[0].line.service].currency,
        created_by=writing.member(by),
        created_at=now,
        updated_at=now,
    )
    writing.spread(booking, plans, known)
    if new.price_minor is not None:
        booking.price_minor = new.price_minor
    return booking


def items_in_order(booking: Booking) -> list[BookingItem]:
    """The services of a visit."""
    return list(BookingItem.objects.filter(booking=booking).order_by("position"))
