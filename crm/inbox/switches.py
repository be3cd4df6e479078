"""The switches of a conversation: who answers, whether it is over, and sending once more what failed."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from channels_wa.outbox.actions import TooLate
from crm.inbox import actions
from crm.inbox.rights import conversation_or_404, message_or_404
from crm.inbox.sending import CannotSend
from portal.frame.toasts import add_event, toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission


@require_POST
@allowed(Permission.INBOX_ANSWER)
def bot(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Let flows answer (?on=1) or not (?on=0)."""
    found, on = conversation_or_404(request.member, public_id), request.GET.get("on") == "1"
    actions.set_bot(conversation=found, on=on, by=request.member)
    words = _("Flows answer here again") if on else _("Flows are silent here: you answer")
    undo = f"{reverse('inbox:bot', args=[public_id])}?on={int(not on)}"
    return add_event(toast(request, words, undo_url=undo), "talk-changed")


@require_POST
@allowed(Permission.INBOX_ANSWER)
def close(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The talk is over."""
    actions.close(conversation=conversation_or_404(request.member, public_id), by=request.member)
    answer = toast(request, _("The conversation is closed"), undo_url=reverse("inbox:reopen", args=[public_id]))
    return add_event(answer, "talk-changed", "composer-changed")


@require_POST
@allowed(Permission.INBOX_ANSWER)
def reopen(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """It is not."""
    try:
        actions.reopen(conversation=conversation_or_404(request.member, public_id), by=request.member)
    except actions.OpenElsewhere:
        return toast(request, _("This guest has a newer conversation that is open. Go on there."), status=409)
    answer = toast(request, _("The conversation is open again"), undo_url=reverse("inbox:close", args=[public_id]))
    return add_event(answer, "talk-changed", "composer-changed")


@require_POST
@allowed(Permission.INBOX_ANSWER)
def retry(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Send a message once more; its bubble changes, or a new one appears, by the socket."""
    message = message_or_404(request.member, public_id, direction="out")
    try:
        actions.retry(message=message, by=request.member)
    except TooLate:
        return toast(request, _("It is on its way already, or has arrived."), status=409)
    except CannotSend as refused:
        return toast(request, str(refused), status=409)
    return add_event(toast(request, _("It is being sent once more")), "message-sent")
