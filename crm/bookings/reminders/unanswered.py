"""A reminder that got no answer: told to flows and other systems after some hours, in time to do something about it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from crm.bookings.actions.writing import event, facts
from crm.bookings.catalogue import catalogue
from crm.bookings.models import Booking, BookingItem, Reminder
from ops import clock
from ops.events.actions import emit_many
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many
from ops.timers.registry import Due

UNANSWERED: Final = "booking.unanswered"
PATIENCE: Final = timedelta(hours=4)
# Later than this before the visit nobody can do anything any more.
LATEST: Final = timedelta(hours=2)


def watch(rows: Sequence[Reminder]) -> None:
    """Look whether they were answered, some hours after they went. The rows bring their booking."""
    now, timers = clock.now(), []
    for row in rows:
        due = min(now + PATIENCE, row.booking.starts_at - LATEST)
        if due > now and row.booking.state == Booking.State.BOOKED:
            timers.append(NewTimer(UNANSWERED, str(row.pk), due, row.booking_version))
    set_many(current_salon_id(), timers)


def look(due: Sequence[Due]) -> None:
    """Tell of those whose guests have said nothing; a visit that was moved or confirmed by then is none."""
    rows = Reminder.objects.select_related("booking").filter(
        pk__in=[int(one.subject) for one in due], state=Reminder.State.SENT, answer="",
        booking__state=Booking.State.BOOKED, booking__starts_at__gt=clock.now(),
    )  # fmt: skip
    silent = [row for row in rows.order_by("pk") if row.booking.version == row.booking_version]
    known, items = catalogue(), dict[int, list[BookingItem]]()
    wanted = BookingItem.objects.filter(booking__in=[row.booking_id for row in silent])
    for item in wanted.order_by("booking_id", "position"):
        items.setdefault(item.booking_id, []).append(item)
    emit_many(
        [
            event(
                UNANSWERED, row.booking, None, rule=row.rule,
                items=facts(row.booking, items[row.booking_id], known)["items"],
            )
            for row in silent
        ]
    )  # fmt: skip
