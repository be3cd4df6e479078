"""Reminders whose moment has come: one batch of a salon, each once (I21).

The row is locked, and whoever cancels or moves the visit locks it too: either they come first and nothing is sent, or
the message is written and they take it back from the outbox.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from channels_wa.message_templates.queries import accounts
from channels_wa.outbox.actions import enqueue_many
from channels_wa.outbox.message import Enqueued, NewMessage
from crm.bookings.catalogue import quiet_in_zone
from crm.bookings.models import Reminder
from crm.bookings.reminders import templates, unanswered
from crm.bookings.reminders.composing import Letter, letters, message_of
from crm.bookings.reminders.falling_back import fall_back
from crm.bookings.reminders.planning import CHANGED, LATEST, REMIND, REMINDED, is_quiet, quiet_hours
from crm.bookings.reminders.reading import planned
from crm.inbox.live import tell_new
from crm.inbox.summary import note_outbound
from ops import clock
from ops.events.actions import NewEvent, emit_many
from ops.one_look import one_look
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many
from ops.timers.registry import Due

State = Reminder.State
# The template is being looked at by Meta: soon again, then less soon, until the visit is too close.
SOON, LATER = timedelta(seconds=15), timedelta(minutes=5)
_HURRY: Final = timedelta(minutes=2)
PATIENCE: Final = timedelta(hours=1)
# The guest said so, or the visit is not what it was: no other way is tried.
NO_MEANS_NO: Final = frozenset({"opted_out", "blocked", CHANGED})


def fall_due(due: Sequence[Due]) -> None:
    """Send the reminders of these timers that still hold."""
    with one_look():
        _fall_due(due)


def _fall_due(due: Sequence[Due]) -> None:
    rows = planned([int(one.subject) for one in due])
    rows = _still_wanted([row for row in rows if row.booking.state in REMINDED])
    if not rows:
        return
    ready, waiting = list[Letter](), list[Letter]()
    found = letters(rows)
    # Told once, however long its text waits for Meta.
    emit_many([_event(letter) for letter in found if not letter.row.reason])
    for letter in found:
        (ready if _can_be_written(letter) else waiting).append(letter)
    send(ready)
    _wait(waiting)


def send(ready: Sequence[Letter], place: int = 0, *, as_template: bool | None = None) -> None:
    """Write the messages to the guests' first (or another) address; what cannot go that way goes another."""
    wanted: list[tuple[Letter, NewMessage]] = []
    for letter in ready:
        to = letter.addresses[place] if place < len(letter.addresses) else None
        message = message_of(letter, to, as_template=as_template) if to else None
        if message is None:
            fall_back(letter, "no_address" if letter.opened else "no_number")
        else:
            wanted.append((letter, message))
    written = enqueue_many([message for _letter, message in wanted])
    now, went = clock.now(), list[Enqueued]()
    for (letter, _message), one in zip(wanted, written, strict=True):
        row = letter.row
        row.message_id, row.channel = one.message_id, "second" if place else "whatsapp"
        row.sent_at = now
        if one.status == "cancelled":
            _refused(letter, one.reason)
            continue
        row.state, row.reason = State.SENT, ""
        went.append(one)
    _save([letter.row for letter, _message in wanted])
    unanswered.watch([letter.row for letter, _message in wanted if letter.row.state == State.SENT])
    new = [one for one in went if one.is_new]
    if new:
        note_outbound([(one.conversation_id, one.type, one.text) for one in new], at=new[0].at)
        tell_new([one.message_id for one in new], [one.conversation_id for one in new])


def _save(rows: Sequence[Reminder]) -> None:
    """By hand: a CASE for each row and column would cost more than all the rest of a batch."""
    columns: list[list[Any]] = [
        [row.pk for row in rows], [str(row.state) for row in rows], [row.channel for row in rows],
        [row.reason for row in rows], [row.message_id for row in rows], [row.sent_at for row in rows],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reminder r SET state = g.state, channel = g.channel, reason = g.reason, message_id = g.message_id, "
            "sent_at = g.sent_at FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::bigint[], "
            "%s::timestamptz[]) AS g(id, state, channel, reason, message_id, sent_at) WHERE r.id = g.id",
            columns,
        )


def skip(rows: Sequence[Reminder], reason: str) -> None:
    """They are not sent, and it stands there why."""
    for row in rows:
        row.state, row.reason = State.SKIPPED, reason
    Reminder.objects.bulk_update(rows, ["state", "reason"])


def _refused(letter: Letter, reason: str) -> None:
    if reason in NO_MEANS_NO:
        letter.row.state, letter.row.reason = State.SKIPPED, reason
    else:
        fall_back(letter, reason)


def _still_wanted(rows: list[Reminder]) -> list[Reminder]:
    """Without those that come too late, and of a visit with several the newest alone."""
    now = clock.now()
    late = [row for row in rows if row.booking.starts_at - now < LATEST]
    skip(late, "late")
    rows = [row for row in rows if row not in late]
    newest = {row.booking_id: row.pk for row in sorted(rows, key=lambda one: (one.due_at, one.pk))}
    older = [row for row in rows if newest[row.booking_id] != row.pk]
    skip(older, "overtaken")
    return _outside_of_the_night([row for row in rows if row not in older])


def _outside_of_the_night(rows: list[Reminder]) -> list[Reminder]:
    """The clock was moved, or the hours were changed: what would wake the guest waits for the morning."""
    (quiet, zone), now = quiet_in_zone(), clock.now()
    hours = quiet_hours(quiet)
    if not hours or not any(is_quiet(one, now, zone) for one in hours):
        return rows
    minutes = (now.replace(second=0, microsecond=0) + timedelta(minutes=ahead) for ahead in range(1, 24 * 60 + 1))
    morning = next((one for one in minutes if not any(is_quiet(night, one, zone) for night in hours)), None)
    if morning is None:
        # Two quiet hours may leave no gap between them.
        skip(rows, "quiet_hours")
        return []
    later = [row for row in rows if row.booking.starts_at - morning >= LATEST]
    for row in later:
        row.due_at = morning
    Reminder.objects.bulk_update(later, ["due_at"])
    _again(later, morning)
    skip([row for row in rows if row.booking.starts_at - morning < LATEST], "quiet_hours")
    return []


def _can_be_written(letter: Letter) -> bool:
    """Whether it has its form already, or will never have one."""
    return letter.is_window_open or letter.template is not None or letter.opened is None or not letter.addresses


def _wait(waiting: Sequence[Letter]) -> None:
    """No template yet: have it made, and look again; when the visit comes too close, or Meta takes its time, other
    ways are open."""
    if not waiting:
        return
    templates.ensure(accounts())
    now = clock.now()
    for letter in waiting:
        since = now - letter.row.due_at
        again = now + (SOON if since < _HURRY else LATER)
        if since > PATIENCE or letter.booking.starts_at - again < LATEST:
            fall_back(letter, "no_template")
        else:
            letter.row.reason = "no_template"
            letter.row.save(update_fields=["reason"])
            _again([letter.row], again)


def _again(rows: Sequence[Reminder], at: datetime) -> None:
    # Not the version of the timer that fires: that one is finished beside it.
    version = int(clock.now().timestamp())
    set_many(current_salon_id(), [NewTimer(REMIND, str(row.pk), at, version) for row in rows])


def _event(letter: Letter) -> NewEvent:
    booking = letter.booking
    return NewEvent(
        "booking.reminder_due",
        booking.public_id,
        {
            "contact_id": booking.contact_id,
            "rule": letter.row.rule,
            "reminder_id": letter.row.pk,
            "version": booking.version,
            "starts_at": booking.starts_at.isoformat(),
            "wall_clock": booking.wall_clock,
            "state": str(booking.state),
        },
    )
