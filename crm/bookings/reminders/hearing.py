"""What becomes of reminders that were handed to the outbox: the next way for one that did not get through."""

from collections.abc import Sequence

from channels_wa.messages.models import Message
from crm.bookings.models import Reminder
from crm.bookings.reminders.composing import Letter, letters
from crm.bookings.reminders.falling_back import fall_back
from crm.bookings.reminders.planning import REMIND, REMINDED
from crm.bookings.reminders.sending import NO_MEANS_NO, send, skip
from crm.bookings.reminders.templates import NAME
from ops import clock
from ops.eventqueue.handling import Heard
from ops.salon import current_salon_id
from ops.timers.actions import hurry_many

State = Reminder.State
# It waited in the outbox until the guest's window was closed.
CLOSED = "window_closed"
# What a message shows, as a reminder says it.
SHOWN = {"delivered": State.DELIVERED, "read": State.READ, "played": State.READ, "failed": State.FAILED}


def on_not_sent(events: Sequence[Heard]) -> None:
    """message.failed and message.cancelled: another address, another form, an e-mail, the team."""
    reasons = dict(
        Message.objects.filter(public_id__in=[one.subject for one in events], purpose="reminder").values_list(
            "pk", "reason"
        )
    )
    if not reasons:
        return
    rows = list(
        Reminder.objects.select_for_update(of=("self",))
        .select_related("booking__contact")
        .filter(message_id__in=list(reasons), state=State.SENT)
        .order_by("pk")
    )
    over = [row for row in rows if row.booking.state not in REMINDED or row.booking.starts_at <= clock.now()]
    for row in over:
        row.state, row.reason = State.FAILED, reasons[row.message_id or 0][:200]
    Reminder.objects.bulk_update(over, ["state", "reason"])
    for letter in letters([row for row in rows if row not in over]):
        _other_way(letter, reasons[letter.row.message_id or 0])


def on_template(events: Sequence[Heard]) -> None:
    """Meta has looked at the reminder's text: those that wait for it go now."""
    if any(one.payload.get("name") == NAME for one in events):
        waiting = Reminder.objects.filter(state=State.PLANNED, channel="", due_at__lte=clock.now())
        subjects = [str(pk) for pk in waiting.values_list("pk", flat=True)[:10_000]]
        hurry_many(current_salon_id(), REMIND, subjects, clock.now())


def shown(rows: Sequence[Reminder]) -> dict[int, str]:
    """How far each is, read off its message: statuses come by the thousand and are kept there alone."""
    states = dict(
        Message.objects.filter(pk__in=[row.message_id for row in rows if row.message_id]).values_list("pk", "status")
    )
    return {
        row.pk: str(SHOWN.get(states.get(row.message_id or 0, ""), row.state)) if row.state == State.SENT else row.state
        for row in rows
    }


def _other_way(letter: Letter, reason: str) -> None:
    row = letter.row
    if reason in NO_MEANS_NO:
        skip([row], reason)
    elif reason == CLOSED:
        send([letter], as_template=True)
    elif row.channel == "whatsapp" and len(letter.addresses) > 1:
        send([letter], place=1)
    else:
        fall_back(letter, reason)
