"""When a guest is reminded: planned in the booking's own transaction, taken back with whatever changes it.

Days are the same wall clock so many days before, whatever the clock does in between; hours are absolute. What would
fall into the salon's quiet hours comes when they end, or before they begin if the visit would be too close by then.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from crm.bookings.availability.wall import instant, minute_of, moment_of
from crm.bookings.catalogue import Catalogue
from crm.bookings.models import Booking, Reminder
from ops import clock
from ops.events.actions import NewEvent, emit_many
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, cancel_many, set_many
from ops.timers.registry import Due

REMIND: Final = "booking.remind"
# A reminder that comes later than this before the visit is none.
LATEST: Final = timedelta(minutes=30)
REMINDED: Final = (Booking.State.BOOKED, Booking.State.CONFIRMED)

Rule = Mapping[str, int]


def name_of(rule: Rule) -> str:
    """days:1, hours:2."""
    ((unit, count),) = rule.items()
    return f"{unit}:{count}"


def due_at(rule: Rule, starts_at: datetime, zone: ZoneInfo, quiet: tuple[time, time] | None = None) -> datetime | None:
    """When a rule's reminder of a visit is due; None where no moment is left for it."""
    ((unit, count),) = rule.items()
    if unit == "days":
        local = starts_at.astimezone(zone)
        due = moment_of(instant(zone, local.toordinal() - count, local.hour * 60 + local.minute))
    else:
        due = starts_at - timedelta(hours=count)
    return due if quiet is None else _out_of(quiet, due, starts_at, zone)


def plan(booking: Booking, services: Iterable[int], known: Catalogue) -> None:
    """Write the reminders of a booking that are still ahead, and their timers."""
    if booking.state not in REMINDED or booking.contact_id is None:
        return
    zone, now = ZoneInfo(booking.zone), clock.now()
    rules = {name_of(rule): rule for pk in services for rule in known.services[pk].reminders}
    rows = [
        Reminder(booking_id=booking.pk, booking_version=booking.version, rule=name, due_at=due, created_at=now)
        for name, rule in rules.items()
        if (due := due_at(rule, booking.starts_at, zone, known.quiet)) is not None and due > now
    ]
    Reminder.objects.bulk_create(rows)
    set_many(current_salon_id(), [NewTimer(REMIND, str(row.pk), row.due_at, row.booking_version) for row in rows])


def take_back(bookings: Sequence[int]) -> None:
    """None of their reminders goes any more."""
    planned = Reminder.objects.filter(booking__in=bookings, state=Reminder.State.PLANNED)
    keys = list(planned.select_for_update().order_by("pk").values_list("pk", flat=True))
    if keys:
        Reminder.objects.filter(pk__in=keys).update(state=Reminder.State.CANCELLED)
        cancel_many(current_salon_id(), REMIND, [str(pk) for pk in keys])


def fall_due(due: Sequence[Due]) -> None:
    """What their timers do: whoever listens is told which visit is to be reminded of."""
    keys = [int(one.subject) for one in due]
    rows = (
        Reminder.objects.select_for_update(of=("self",))
        .select_related("booking")
        .filter(pk__in=keys, state=Reminder.State.PLANNED, booking__state__in=REMINDED)
        .order_by("pk")
    )
    emit_many(
        [
            NewEvent(
                "booking.reminder_due",
                row.booking.public_id,
                {
                    "contact_id": row.booking.contact_id,
                    "rule": row.rule,
                    "reminder_id": row.pk,
                    "version": row.booking.version,
                    "starts_at": row.booking.starts_at.isoformat(),
                    "wall_clock": row.booking.wall_clock,
                },
            )
            for row in rows
        ]
    )


def _out_of(quiet: tuple[time, time], due: datetime, starts_at: datetime, zone: ZoneInfo) -> datetime | None:
    begins, ends = (_minutes(one) for one in quiet)
    if begins == ends:
        return due
    local = due.astimezone(zone)
    shown, day = local.hour * 60 + local.minute, local.toordinal()
    is_quiet = begins <= shown < ends if begins < ends else shown >= begins or shown < ends
    if not is_quiet:
        return due
    # The night it lies in: from the evening of `first` until the morning of `last`.
    first = day if shown >= begins else day - 1
    last = first if begins < ends else first + 1
    after = instant(zone, last, ends)
    if after + int(LATEST.total_seconds() // 60) <= minute_of(starts_at):
        return moment_of(after)
    return moment_of(instant(zone, first, begins) - 1)


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute
