"""When WhatsApp does not bring a reminder: an e-mail if the guest has an address, else a task for the team."""

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from django.core.mail import send_mail
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from crm.bookings.models import Reminder
from crm.bookings.reminders import words
from crm.bookings.reminders.composing import Letter, email_of, language_for, values_of, what_of
from crm.bookings.reminders.planning import REMINDED
from crm.consent.policy import policy
from crm.deals.actions.tasks import NewTask, create
from crm.deals.models import Task
from ops import clock
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many
from ops.timers.registry import Due
from portal.frame.moments import full

MAIL: Final = "booking.remind_by_mail"
State = Reminder.State


def fall_back(letter: Letter, reason: str) -> None:
    """The next way for a reminder that WhatsApp does not take."""
    row = letter.row
    if letter.email:
        row.state, row.channel, row.reason = State.PLANNED, "email", reason[:200]
        set_many(current_salon_id(), [NewTimer(MAIL, str(row.pk), clock.now(), row.booking_version)])
        row.save(update_fields=["state", "channel", "reason"])
    else:
        give_to_team(row, reason)


def give_to_team(row: Reminder, reason: str) -> None:
    """Somebody should call: no way is left."""
    row.state, row.channel, row.reason = State.FAILED, "task", reason[:200]
    row.save(update_fields=["state", "channel", "reason"])
    booking, rules = row.booking, policy()
    with translation.override(rules.language):
        guest = (booking.contact.name if booking.contact else "") or booking.guest_name or _("a guest")
        moment = full(booking.starts_at.astimezone(ZoneInfo(booking.zone)))
        text = _("Remind %(guest)s of the visit on %(when)s: the reminder did not get through.")
        new = NewTask(
            text=text % {"guest": guest, "when": moment},
            kind=Task.Kind.CALL,
            contact=booking.contact,
            conversation_id=booking.conversation_id,
            due_at=clock.now(),
        )
    create(new, by=None)


def mail(due: Sequence[Due]) -> None:
    """Send e-mails, each in transactions of its own: the mail server may take its time."""
    for one in due:
        rows = Reminder.objects.select_related("booking__contact")
        row = rows.filter(pk=int(one.subject), state=State.PLANNED, channel="email").first()
        if row is None:
            continue
        if row.booking.state not in REMINDED or row.booking.starts_at <= clock.now():
            Reminder.objects.filter(pk=row.pk, state=State.PLANNED).update(state=State.SKIPPED, reason="late")
            continue
        sent = _send(row)
        with transaction.atomic():
            held = Reminder.objects.select_for_update(of=("self",)).select_related("booking__contact").get(pk=row.pk)
            if not sent:
                give_to_team(held, row.reason)
            elif held.state == State.PLANNED:
                held.state, held.sent_at = State.SENT, clock.now()
                held.save(update_fields=["state", "sent_at"])


def _send(row: Reminder) -> bool:
    booking = row.booking
    language = language_for(booking)
    values = values_of(booking, language, policy().salon, what_of([booking]))
    subject = " ".join(words.said(language, "mail_subject", **values).split())
    try:
        return bool(send_mail(subject, words.said(language, "mail", **values), None, [email_of(booking.contact)]))
    except OSError:
        # The mail server is not there, or refuses the address: the team is told.
        return False
