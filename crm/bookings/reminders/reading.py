"""Reminders that are due, read and locked in one statement for a whole batch."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeVar

from django.db import connection
from django.db.models import Model
from django.db.models.base import ModelState

from crm.bookings.models import Booking, Reminder
from crm.contacts.models import Contact

M = TypeVar("M", bound=Model)

# Of the visit and its guest what a message says and checks ask; they have many more columns.
_REMINDER: Final = (
    *("id", "booking_id", "booking_version", "rule", "due_at", "state", "channel", "reason", "message_id", "sent_at"),
)
_BOOKING: Final = (
    *("id", "public_id", "contact_id", "guest_name", "state", "starts_at", "zone", "wall_clock", "version"),
    "conversation_id",
)
_CONTACT: Final = ("id", "name", "language")
# Nobody outside hears of this transaction before another one has committed that waits for the disk (the attempt to
# send, the claim of an event), and with it all that was written before. What a crash of the database loses is due anew.
_QUICK: Final = "SELECT set_config('synchronous_commit', 'off', true)"
_DUE: Final = (
    "SELECT "
    + ", ".join(
        f"{table}.{column}" for table, columns in (("r", _REMINDER), ("b", _BOOKING), ("c", _CONTACT))
        for column in columns
    )
    + " FROM reminder r JOIN booking b ON b.id = r.booking_id LEFT JOIN contact c ON c.id = b.contact_id "
    "WHERE r.id = ANY(%s) AND r.state = %s AND r.channel = '' ORDER BY r.id FOR UPDATE OF r"
)  # fmt: skip


def planned(ids: Sequence[int]) -> list[Reminder]:
    """Those of these reminders that still wait to be sent, locked, with their booking and its contact."""
    with connection.cursor() as cursor:
        cursor.execute(_QUICK)
        cursor.execute(_DUE, [list(ids), Reminder.State.PLANNED])
        return [_reminder(row) for row in cursor.fetchall()]


def _reminder(row: tuple[Any, ...]) -> Reminder:
    in_booking, in_contact = len(_REMINDER), len(_REMINDER) + len(_BOOKING)
    found = row[in_contact:]
    contact = None if found[0] is None else _bare(Contact, zip(_CONTACT, found, strict=True))
    booking = _bare(Booking, zip(_BOOKING, row[in_booking:in_contact], strict=True), contact=contact)
    return _bare(Reminder, zip(_REMINDER, row[:in_booking], strict=True), booking=booking)


def _bare(model: type[M], values: Iterable[tuple[str, Any]], **related: Model | None) -> M:
    """What `only` gives, without going over every column of the class for every row: the others are read when somebody
    asks for them."""
    one = model.__new__(model)
    state = ModelState()
    state.adding, state.db, state.fields_cache = False, connection.alias, related
    one.__dict__.update(values, _state=state)
    return one
