"""Where a booking stands: confirmed, arrived, done, cancelled, not come; and back."""

from collections.abc import Iterable
from typing import Any, Final

from django.db import transaction

from crm.bookings import reminders
from crm.bookings.actions import writing
from crm.bookings.actions.booking import items_in_order
from crm.bookings.actions.placing import SlotTaken, in_turn, lock
from crm.bookings.availability.types import Reason, Why
from crm.bookings.availability.wall import minute_of
from crm.bookings.catalogue import catalogue
from crm.bookings.models import Allocation, Booking, BookingItem
from crm.bookings.reading import taken
from ops import clock
from ops.events.actions import emit_many
from tenants.audit import actions as audit

State = Booking.State
# From where one gets where. Back is allowed too: somebody pressed the wrong button.
ALLOWED: Final[dict[str, frozenset[str]]] = {
    State.HELD: frozenset({State.BOOKED, State.CONFIRMED, State.CANCELLED}),
    State.BOOKED: frozenset({State.CONFIRMED, State.ARRIVED, State.DONE, State.CANCELLED, State.NO_SHOW}),
    State.CONFIRMED: frozenset({State.BOOKED, State.ARRIVED, State.DONE, State.CANCELLED, State.NO_SHOW}),
    State.ARRIVED: frozenset({State.BOOKED, State.CONFIRMED, State.DONE, State.CANCELLED}),
    State.DONE: frozenset({State.ARRIVED, State.CONFIRMED, State.BOOKED}),
    State.NO_SHOW: frozenset({State.BOOKED, State.CONFIRMED, State.ARRIVED, State.DONE, State.CANCELLED}),
    State.CANCELLED: frozenset({State.BOOKED, State.CONFIRMED}),
}


class Stale(Exception):
    """Somebody else changed the booking meanwhile; `booking` is how it is now."""

    def __init__(self, booking: Booking) -> None:
        super().__init__("the booking was changed meanwhile")
        self.booking = booking


class NotAllowed(Exception):
    """A booking in this state cannot go there."""

    def __init__(self, booking: Booking, wanted: str) -> None:
        super().__init__(f"a booking that is {booking.state} cannot become {wanted}")
        self.booking, self.wanted = booking, wanted


class HoldOver(Exception):
    """The hold is over; its place may be somebody else's by now."""


class TooLate(Exception):
    """The guest may not change it so shortly before any more."""


def confirm(booking: Booking, *, by: Any, version: int | None = None) -> Booking:
    """The guest says that they come; a hold becomes a booking by it. Raises as `change_state`."""
    return change_state(booking, State.CONFIRMED, by=by, version=version)


def settle(booking: Booking, *, by: Any, version: int | None = None) -> Booking:
    """What was held is booked. Raises HoldOver, Stale, NotAllowed."""
    return change_state(booking, State.BOOKED, by=by, version=version)


def arrive(booking: Booking, *, by: Any, version: int | None = None) -> Booking:
    """The guest is there."""
    return change_state(booking, State.ARRIVED, by=by, version=version)


def finish(booking: Booking, *, by: Any, version: int | None = None) -> Booking:
    """It is done."""
    return change_state(booking, State.DONE, by=by, version=version)


def no_show(booking: Booking, *, by: Any, version: int | None = None) -> Booking:
    """The guest did not come; the time is free."""
    return change_state(booking, State.NO_SHOW, by=by, version=version)


def cancel(
    booking: Booking, *, by: Any, version: int | None = None, reason: str = "", in_policy: bool = False
) -> Booking:
    """It does not take place; the time is free at once. `in_policy`: only as long as the salon lets guests cancel.

    Raises TooLate, and as `change_state`.
    """
    if in_policy and not may_still_change(booking):
        raise TooLate
    return change_state(booking, State.CANCELLED, by=by, version=version, reason=reason)


def may_still_change(booking: Booking) -> bool:
    """Whether the guest may still move or cancel it (the strictest of its services)."""
    known = catalogue()
    hours = [known.services[item.service_id].cancel_hours for item in items_in_order(booking)]
    left = booking.starts_at - clock.now()
    return left.total_seconds() >= 3600 * max(hours, default=0)


def change_state(booking: Booking, state: str, *, by: Any, version: int | None = None, reason: str = "") -> Booking:
    """Set where it stands. To itself is no change.

    Raises Stale for another `version`, NotAllowed, HoldOver, and SlotTaken where its time was freed and is taken now.
    """

    def work() -> Booking:
        wait_for_all([booking.pk])
        fresh = load_locked(booking, version)
        if fresh.state == state:
            return fresh
        if state not in ALLOWED[fresh.state]:
            raise NotAllowed(fresh, state)
        was = str(fresh.state)
        if was == State.HELD and state != State.CANCELLED and (fresh.hold_until or clock.now()) <= clock.now():
            raise HoldOver
        if (state in writing.BLOCKING) != (was in writing.BLOCKING):
            if state in writing.BLOCKING:
                _check_free(fresh)
            writing.set_blocks([fresh], on=state in writing.BLOCKING)
        _write(fresh, was, state, by, reason)
        return fresh

    return in_turn(work)


def wait_for_all(bookings: Iterable[int], also: Iterable[int] = ()) -> None:
    """The locks of what all of these keep busy, and of `also`, at once: for whoever changes several in one
    transaction."""
    resources = Allocation.objects.filter(item__booking__in=list(bookings)).values_list("resource_id", flat=True)
    lock({*resources, *also})


def load_locked(booking: Booking, version: int | None) -> Booking:
    """The booking as it is, nobody else changing it. Raises Stale."""
    Booking.objects.select_for_update().only("pk").get(pk=booking.pk)
    fresh = Booking.objects.select_related("contact").get(pk=booking.pk)
    if version is not None and fresh.version != version:
        raise Stale(fresh)
    return fresh


def _check_free(booking: Booking) -> None:
    """Its old time is still free. Under the locks; what is over is released."""
    rows = list(Allocation.objects.filter(item__booking=booking))
    for row in rows:
        during: Any = row.during
        start, end = minute_of(during.lower), -(-int(during.upper.timestamp()) // 60)
        read = taken([row.resource_id], start, end, but=booking.pk)
        if read.busy.get(row.resource_id):
            raise SlotTaken([Why(Reason.BUSY, person=row.resource_id)])
        if read.over:
            writing.release_over(read.over)


def _write(fresh: Booking, was: str, state: str, by: Any, reason: str) -> None:
    before, now = writing.state_facts(fresh), clock.now()
    fresh.state, fresh.state_at, fresh.updated_at, fresh.version = state, now, now, fresh.version + 1
    fresh.cancel_reason = reason[:200] if state == State.CANCELLED else ""
    fresh.save(update_fields=["state", "state_at", "updated_at", "version", "cancel_reason"])
    writing.note(fresh, state, before=before, after=writing.state_facts(fresh), by=by, reason=reason)
    known, items = catalogue(), items_in_order(fresh)
    if was == State.HELD:
        writing.cancel_hold_timer(fresh)
    if state not in reminders.REMINDED:
        reminders.take_back([fresh.pk])
    elif was not in reminders.REMINDED:
        reminders.plan(fresh, [item.service_id for item in items], known)
    after = writing.facts(fresh, items, known)
    audit.record(f"booking.{state}", subject=fresh.public_id, by=by, before=before, after=after)
    # From `was` it can be told whether time has become free.
    told = [writing.event(f"booking.{state}", fresh, by, was=was, reason=reason, items=after["items"])]
    if was in (State.DONE, State.NO_SHOW):
        # What followed from it (a fee, a use of a package) is taken back.
        told.append(writing.event("booking.reopened", fresh, by, was=was))
    emit_many(told)


@transaction.atomic
def change_note(booking: Booking, values: dict[str, Any], *, by: Any, version: int | None = None) -> Booking:
    """Set note, guest_name or price_minor. Raises Stale."""
    fresh = load_locked(booking, version)
    changed = [name for name in ("note", "guest_name", "price_minor") if name in values]
    changed = [name for name in changed if getattr(fresh, name) != values[name]]
    if not changed:
        return fresh
    before = {name: getattr(fresh, name) for name in changed}
    for name in changed:
        setattr(fresh, name, values[name])
    fresh.version, fresh.updated_at = fresh.version + 1, clock.now()
    fresh.save(update_fields=[*changed, "version", "updated_at"])
    after = {name: getattr(fresh, name) for name in changed}
    writing.note(fresh, "changed", before=before, after=after, by=by)
    audit.record("booking.changed", subject=fresh.public_id, by=by, before=before, after=after)
    emit_many([writing.event("booking.changed", fresh, by, changed=changed)])
    return fresh


def items_of_many(bookings: list[int]) -> dict[int, list[BookingItem]]:
    """The services of several visits, by booking."""
    found: dict[int, list[BookingItem]] = {pk: [] for pk in bookings}
    rows = BookingItem.objects.filter(booking__in=bookings).select_related("service", "professional")
    for item in rows.order_by("booking_id", "position"):
        found[item.booking_id].append(item)
    return found
