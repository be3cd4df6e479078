"""The rows of a booking, written by one statement; what they did before stays in `booking_move`."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, models

from crm.bookings.availability.wall import moment_of
from crm.bookings.calendar import live
from crm.bookings.catalogue import Catalogue
from crm.bookings.models import Booking, BookingItem, BookingMove
from crm.contacts.models import Contact
from ops import clock
from ops.events.actions import NewEvent, emit_many
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, cancel_many, set_many
from tenants.audit import actions as audit
from tenants.members.models import Member

if TYPE_CHECKING:
    from crm.bookings.actions.placing import Plan

HOLD_OVER: Final = "booking.hold_over"
# What keeps its resources busy.
BLOCKING: Final = frozenset({"held", "booked", "confirmed", "arrived", "done"})


def _columns(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields if not field.primary_key]


_OF_BOOKING, _OF_ITEM, _OF_MOVE = _columns(Booking), _columns(BookingItem), _columns(BookingMove)
_OWN_ITEM = [name for name in _OF_ITEM if name != "booking_id"]
_OWN_MOVE = [name for name in _OF_MOVE if name != "booking_id"]
_ITEMS: Final = (
    f"item AS (INSERT INTO booking_item ({', '.join(_OWN_ITEM)}, booking_id) "
    f"SELECT {', '.join(f'x.{name}' for name in _OWN_ITEM)}, made.id "
    "FROM made, jsonb_populate_recordset(NULL::booking_item, %(items)s::jsonb) AS x RETURNING id, position), "
    "taken AS (INSERT INTO allocation (item_id, resource_id, during, blocks) "
    "SELECT item.id, x.resource, tstzrange(x.starts, x.ends), %(blocks)s FROM item JOIN jsonb_to_recordset("
    "%(stretches)s::jsonb) AS x(position int, resource bigint, starts timestamptz, ends timestamptz) "
    "USING (position)), "
    f"moved AS (INSERT INTO booking_move ({', '.join(_OWN_MOVE)}, booking_id) "
    f"SELECT {', '.join(f'x.{name}' for name in _OWN_MOVE)}, made.id "
    "FROM made, jsonb_populate_record(NULL::booking_move, %(move)s::jsonb) AS x) SELECT id FROM made"
)
INSERT: Final = (
    f"WITH made AS (INSERT INTO booking ({', '.join(_OF_BOOKING)}) "
    f"SELECT {', '.join(f'x.{name}' for name in _OF_BOOKING)} "
    f"FROM jsonb_populate_record(NULL::booking, %(booking)s::jsonb) AS x RETURNING id), {_ITEMS}"
)
REPLACE: Final = (
    "WITH made AS (UPDATE booking SET starts_at = x.starts_at, ends_at = x.ends_at, zone = x.zone, "
    "wall_clock = x.wall_clock, price_minor = x.price_minor, version = x.version, updated_at = x.updated_at, "
    "override_reason = x.override_reason, needs_review = x.needs_review "
    "FROM jsonb_populate_record(NULL::booking, %(booking)s::jsonb) AS x WHERE booking.id = %(id)s "
    f"RETURNING booking.id), {_ITEMS}"
)


def dumped(row: models.Model) -> dict[str, Any]:
    """A row's columns as JSON."""
    return {
        str(field.column): _plain(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if not field.primary_key
    }


def items_of(plans: Sequence["Plan"]) -> list[BookingItem]:
    """The rows of placed services."""
    return [
        BookingItem(
            position=position,
            service_id=plan.line.service,
            professional_id=plan.person,
            is_anyone=plan.line.is_anyone,
            starts_at=moment_of(plan.starts),
            ends_at=moment_of(plan.ends),
            segments=list(plan.way.segments),
            buffer_before=plan.way.shape.before,
            buffer_after=plan.way.shape.after,
            price_minor=plan.way.price_minor,
            add_ons=list(plan.line.add_ons),
        )
        for position, plan in enumerate(plans)
    ]


def spread(booking: Booking, plans: Sequence["Plan"], known: Catalogue) -> None:
    """Set the booking's own columns from its services."""
    booking.starts_at = moment_of(min(plan.starts for plan in plans))
    booking.ends_at = moment_of(max(plan.ends for plan in plans))
    booking.zone = known.stamp.zone
    booking.wall_clock = wall_clock(booking.starts_at, known.zone)
    booking.price_minor = sum(plan.way.price_minor for plan in plans)


def wall_clock(moment: datetime, zone: ZoneInfo) -> str:
    """What the clock on the wall shows: 2026-11-20T10:00."""
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def write(
    statement: str, booking: Booking, plans: Sequence["Plan"], move: BookingMove, *, items: Sequence[BookingItem]
) -> int:
    """Run INSERT or REPLACE; the booking's key."""
    stretches = [
        {"position": position, "resource": resource, "starts": _plain(moment_of(start)), "ends": _plain(moment_of(end))}
        for position, plan in enumerate(plans)
        for resource, start, end in plan.stretches
    ]
    values: dict[str, Any] = {
        "booking": json.dumps(dumped(booking)),
        "items": json.dumps([dumped(item) for item in items]),
        "stretches": json.dumps(stretches),
        "move": json.dumps(dumped(move)),
        "blocks": booking.state in BLOCKING,
        "id": booking.pk,
    }
    with connection.cursor() as cursor:
        if statement is REPLACE:
            cursor.execute(
                "DELETE FROM allocation WHERE item_id IN (SELECT id FROM booking_item WHERE booking_id = %s)",
                [booking.pk],
            )
            cursor.execute("DELETE FROM booking_item WHERE booking_id = %s", [booking.pk])
        cursor.execute(statement, values)
        (pk,) = cursor.fetchone()
    return int(pk)


def release_over(bookings: Collection[int]) -> list[Booking]:
    """End holds whose time is over, if that is still so; those that were ended."""
    now = clock.now()
    held = Booking.objects.select_for_update().filter(pk__in=bookings, state="held", hold_until__lte=now)
    ended = list(held.order_by("pk"))
    if not ended:
        return []
    for booking in ended:
        before = state_facts(booking)
        booking.state, booking.state_at, booking.updated_at = Booking.State.CANCELLED, now, now
        booking.version, booking.cancel_reason = booking.version + 1, "hold_over"
        booking.save(update_fields=["state", "state_at", "updated_at", "version", "cancel_reason"])
        note(booking, "expired", before=before, after=state_facts(booking), by=None)
    set_blocks(ended, on=False)
    audit_and_tell("booking.expired", [one for one in ended if not is_strangers(one)], by=None)
    # `was` keeps flows from writing to a phone that anybody may have typed.
    audit_and_tell("booking.expired", [one for one in ended if is_strangers(one)], by=None, was="held")
    return ended


def is_strangers(booking: Booking) -> bool:
    """Whether it came by the booking page, and nobody has shown that the phone is theirs."""
    page = booking.details.get("page")
    return booking.source == "page" and not (isinstance(page, dict) and page.get("proved"))


def set_blocks(bookings: Iterable[Booking], *, on: bool) -> None:
    """Let what these keep busy be busy, or free."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE allocation SET blocks = %s WHERE item_id IN (SELECT id FROM booking_item "
            "WHERE booking_id = ANY(%s)) AND blocks <> %s",
            [on, [booking.pk for booking in bookings], on],
        )


def note(booking: Booking, what: str, *, before: Any, after: Any, by: Any, reason: str = "") -> None:
    """A line of the booking's history."""
    new_move(booking, what, before=before, after=after, by=by, reason=reason).save()


def new_move(booking: Booking, what: str, *, before: Any, after: Any, by: Any, reason: str = "") -> BookingMove:
    """A line of the history that is yet to be written; open calendars hear of it with the commit."""
    live.tell(booking, before, after)
    return BookingMove(
        booking_id=booking.pk,
        what=what,
        before=before,
        after=after,
        by_kind=kind_of(by),
        by=member(by),
        reason=reason[:200],
        version=booking.version,
    )


def state_facts(booking: Booking) -> dict[str, Any]:
    """Where it stands, for the history."""
    return {"state": str(booking.state), "starts_at": booking.starts_at.isoformat()}


def facts(booking: Booking, items: Iterable[BookingItem], known: Catalogue) -> dict[str, Any]:
    """What it is made of, for the history, the audit log and events."""
    return {
        **state_facts(booking),
        "ends_at": booking.ends_at.isoformat(),
        "price_minor": booking.price_minor,
        "items": [
            {
                "service": known.services[item.service_id].name,
                "service_ref": str(known.services[item.service_id].public_id),
                "professional": known.people[item.professional_id].name,
                "professional_ref": str(known.people[item.professional_id].public_id),
                "starts_at": item.starts_at.isoformat(),
                "ends_at": item.ends_at.isoformat(),
                # Of one part they say no more than the times.
                **({"segments": item.segments} if len(item.segments) > 1 else {}),
            }
            for item in items
        ],
    }


def event(kind: str, booking: Booking, by: Any, **more: Any) -> NewEvent:
    """What others hear. Flows read `contact_id`, and show their expressions what has no `_id` at its end."""
    payload: dict[str, Any] = {
        "booking": str(booking.public_id),
        "state": str(booking.state),
        "version": booking.version,
        "starts_at": booking.starts_at.isoformat(),
        "ends_at": booking.ends_at.isoformat(),
        "wall_clock": booking.wall_clock,
        "zone": booking.zone,
        "price_minor": booking.price_minor,
        "currency": booking.currency,
        "source": booking.source,
        "by": kind_of(by),
        **more,
    }
    if booking.contact_id:
        payload["contact_id"] = booking.contact_id
    if booking.conversation_id:
        payload["conversation_id"] = booking.conversation_id
    return NewEvent(kind, booking.public_id, payload)


def audit_and_tell(kind: str, bookings: Sequence[Booking], *, by: Any, **more: Any) -> None:
    """A line in the audit log and an event for each."""
    for booking in bookings:
        audit.record(kind, subject=booking.public_id, by=by, after=state_facts(booking) | more)
    emit_many([event(kind, booking, by, **more) for booking in bookings])


def set_hold_timer(booking: Booking) -> None:
    """Let the hold end by itself."""
    if booking.state == Booking.State.HELD and booking.hold_until:
        set_many(current_salon_id(), [NewTimer(HOLD_OVER, str(booking.pk), booking.hold_until, booking.version)])


def cancel_hold_timer(booking: Booking) -> None:
    """It does not end any more."""
    cancel_many(current_salon_id(), HOLD_OVER, [str(booking.pk)])


def kind_of(by: Any) -> str:
    """member, apikey, contact or system."""
    return "system" if by is None else type(by).__name__.lower()


def member(by: Any) -> Member | None:
    """The person of the salon who does it."""
    return by if isinstance(by, Member) else None


def guest(by: Any) -> bool:
    """Whether it is the guest who does it."""
    return isinstance(by, Contact)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
