"""When a guest is reminded: planned in the booking's own transaction, taken back with whatever changes it.

Days are the same wall clock so many days before, whatever the clock does in between; hours are absolute. What would
fall into quiet hours comes when they end, or before they begin if the visit would be too close by then.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import connection

from channels_wa.outbox import dead_letters
from crm.bookings.availability.wall import instant, minute_of, moment_of
from crm.bookings.catalogue import Catalogue
from crm.bookings.models import Booking, Reminder
from crm.consent.policy import policy
from ops import clock
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, cancel_many, set_many

REMIND: Final = "booking.remind"
# A reminder that comes later than this before the visit is none.
LATEST: Final = timedelta(minutes=30)
REMINDED: Final = (Booking.State.BOOKED, Booking.State.CONFIRMED)
# Why a reminder does not leave any more.
CHANGED: Final = "booking_changed"

_WRITE: Final = (
    "INSERT INTO reminder (booking_id, booking_version, rule, due_at, state, channel, reason, answer, created_at) "
    "SELECT booking, version, rule, due_at, state, '', reason, '', %s FROM unnest(%s::bigint[], %s::int[], %s::text[], "
    "%s::timestamptz[], %s::text[], %s::text[]) AS new(booking, version, rule, due_at, state, reason) "
    "RETURNING id, due_at, state, booking_version"
)

Rule = Mapping[str, int]
Quiet = tuple[time, time]


def name_of(rule: Rule) -> str:
    """days:1, hours:2."""
    ((unit, count),) = rule.items()
    return f"{unit}:{count}"


def due_at(rule: Rule, starts_at: datetime, zone: ZoneInfo, *quiet: Quiet | None) -> datetime | None:
    """When a rule's reminder of a visit is due; None where the quiet hours leave no moment for it."""
    ((unit, count),) = rule.items()
    if unit == "days":
        local = starts_at.astimezone(zone)
        due = moment_of(instant(zone, local.toordinal() - count, local.hour * 60 + local.minute))
    else:
        due = starts_at - timedelta(hours=count)
    hours = [one for one in quiet if one is not None and one[0] != one[1]]
    for one in [*hours, *hours]:
        # Out of the one it may fall into the other.
        due = _out_of(one, due, starts_at, zone)
    return due if not any(is_quiet(one, due, zone) for one in hours) else None


def is_quiet(quiet: Quiet, moment: datetime, zone: ZoneInfo) -> bool:
    """Whether the clock on the wall stands in the quiet hours."""
    begins, ends = (_minutes(one) for one in quiet)
    local = moment.astimezone(zone)
    shown = local.hour * 60 + local.minute
    return begins <= shown < ends if begins <= ends else shown >= begins or shown < ends


def plan(booking: Booking, services: Iterable[int], known: Catalogue) -> None:
    """Write the reminders of a booking, and the timers of those that are still ahead."""
    plan_many([(booking, services)], known)


def plan_many(visits: Iterable[tuple[Booking, Iterable[int]]], known: Catalogue) -> None:
    """The same for several, each with its services, in two statements."""
    now, quiet = clock.now(), quiet_hours(known.quiet)
    planned: list[tuple[int, int, str, datetime, str, str]] = []
    for booking, services in visits:
        if booking.state not in REMINDED or booking.contact_id is None:
            continue
        rules = {name_of(rule): rule for pk in services for rule in known.services[pk].reminders}
        zone = ZoneInfo(booking.zone)
        planned += [
            (booking.pk, booking.version, *_judged(name, due_at(rule, booking.starts_at, zone, *quiet), booking, now))
            for name, rule in rules.items()
        ]
    if not planned:
        return
    with connection.cursor() as cursor:
        # By hand: this is on the way of every booking.
        cursor.execute(_WRITE, [now, *map(list, zip(*planned, strict=True))])
        rows = cursor.fetchall()
    ahead = [NewTimer(REMIND, str(pk), due, version) for pk, due, state, version in rows if state == "planned"]
    set_many(current_salon_id(), ahead)


def quiet_hours(of_reminders: Quiet | None) -> list[Quiet]:
    """Those for reminders, and those for all that the salon starts: the outbox holds what falls into these."""
    rules = policy()
    common = (rules.quiet_from, rules.quiet_until)
    found = [of_reminders] if of_reminders else []
    if common[0] is not None and common[1] is not None:
        found.append((common[0], common[1]))
    return found


def take_back(bookings: Sequence[int]) -> None:
    """None of their reminders goes any more; what waits in the outbox stays there."""
    rows = list(
        Reminder.objects.filter(booking__in=bookings, state__in=(Reminder.State.PLANNED, Reminder.State.SENT))
        .select_for_update()
        .order_by("pk")
        .only("pk", "state", "message_id")
    )
    planned = [row.pk for row in rows if row.state == Reminder.State.PLANNED]
    # However long ago it was written: a number that is stopped keeps its messages.
    messages = {row.message_id: row.pk for row in rows if row.message_id}
    stopped = dead_letters.take_back(list(messages), reason=CHANGED) if messages else []
    taken = [messages[pk] for pk in stopped]
    if planned or taken:
        Reminder.objects.filter(pk__in=[*planned, *taken]).update(state=Reminder.State.CANCELLED)
    if planned:
        cancel_many(current_salon_id(), REMIND, [str(pk) for pk in planned])


def _judged(name: str, due: datetime | None, booking: Booking, now: datetime) -> tuple[str, datetime, str, str]:
    """Rule, moment, state and reason."""
    if due is None:
        return name, booking.starts_at, "skipped", "quiet_hours"
    return (name, due, "skipped", "late") if due <= now else (name, due, "planned", "")


def _out_of(quiet: Quiet, due: datetime, starts_at: datetime, zone: ZoneInfo) -> datetime:
    if not is_quiet(quiet, due, zone):
        return due
    begins, ends = (_minutes(one) for one in quiet)
    local = due.astimezone(zone)
    shown, day = local.hour * 60 + local.minute, local.toordinal()
    # The night it lies in: from the evening of `first` until the morning of `last`.
    first = day if shown >= begins else day - 1
    last = first if begins < ends else first + 1
    after = instant(zone, last, ends)
    if after + int(LATEST.total_seconds() // 60) <= minute_of(starts_at):
        return moment_of(after)
    return moment_of(instant(zone, first, begins) - 1)


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute
