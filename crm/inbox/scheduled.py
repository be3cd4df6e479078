"""Messages that a person writes now and that leave later: the moment, and changing it or taking the message back.

They wait in the outbox like any other; whether they may leave (the 24 hours, a block) is asked when they do.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from channels_wa.messages.models import Message
from channels_wa.messages.problems import Problem
from channels_wa.outbox import actions as outbox
from crm.inbox.rights import message_or_404
from crm.inbox.sending import CannotSend
from ops import clock
from portal.frame import moments
from portal.frame.toasts import add_event, toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.models import ApiKey
from tenants.access.roles import Permission
from tenants.audit import actions as audit
from tenants.members.models import Member

LATEST = timedelta(days=365)
# What a field of the kind datetime-local takes.
_FIELD = "%Y-%m-%dT%H:%M"


def read_moment(text: str) -> datetime:
    """A date and a time on the salon's clock. Raises CannotSend."""
    given = _parsed(text)
    if given is None or given.tzinfo is not None:
        raise _wrong(_("Choose a date and a time."))
    now = clock.now()
    if not 1970 < given.year <= now.year + 2:
        raise _wrong(_("Choose a moment within a year from now."))
    # Where the clock is turned back an hour comes twice: its first one is meant.
    at = given.replace(tzinfo=timezone.get_current_timezone())
    moment = at.astimezone(now.tzinfo)
    if timezone.localtime(moment).replace(tzinfo=None) != given:
        raise _wrong(_("That night the clock is turned forward and this time does not come. Choose another one."))
    if moment <= now:
        raise _wrong(_("This moment is over. Choose a later one."))
    if moment > now + LATEST:
        raise _wrong(_("Choose a moment within a year from now."))
    return moment


def later_context() -> dict[str, Any]:
    """What the composer needs to offer it: tomorrow at nine, and from when to when, on the salon's clock."""
    now = timezone.localtime(clock.now())
    tomorrow = (now + timedelta(days=1)).replace(hour=9, minute=0)
    return {
        "later_at": tomorrow.strftime(_FIELD),
        "later_first": now.strftime(_FIELD),
        "later_last": (now + LATEST).strftime(_FIELD),
        "later_zone": timezone.get_current_timezone_name(),
    }


@transaction.atomic
def move(message: Message, at: datetime, *, by: Member | ApiKey) -> None:
    """Let it leave at another moment. Raises TooLate (channels_wa.outbox.actions)."""
    outbox.reschedule(message.pk, at)
    audit.record("message.rescheduled", subject=message.public_id, by=by, after={"at": str(at)})


@transaction.atomic
def take_back(message: Message, *, by: Member | ApiKey) -> None:
    """The guest never gets it. Raises TooLate likewise."""
    outbox.cancel(message.pk)
    audit.record("message.cancelled", subject=message.public_id, by=by)


@require_POST
@allowed(Permission.INBOX_ANSWER)
def change(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Let it leave at another moment (send_at)."""
    message = message_or_404(request.member, public_id, direction="out")
    try:
        at = read_moment(request.POST.get("send_at", ""))
        move(message, at, by=request.member)
    except CannotSend as refused:
        return toast(request, str(refused), status=422)
    except outbox.TooLate:
        return toast(request, _("It has left already, or waits for something else."), status=409)
    return add_event(toast(request, leaves(at)), "message-sent")


@require_POST
@allowed(Permission.INBOX_ANSWER)
def cancel(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Take it back."""
    message = message_or_404(request.member, public_id, direction="out")
    try:
        take_back(message, by=request.member)
    except outbox.TooLate:
        return toast(request, _("It has left already."), status=409)
    return add_event(toast(request, _("The message is taken back; the guest never gets it")), "message-sent")


def leaves(at: datetime) -> str:
    """The note after a message was put off."""
    return _("The message leaves %(moment)s") % {"moment": moments.full(at)}


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _wrong(words: str) -> CannotSend:
    return CannotSend(Problem("send_at", words))
