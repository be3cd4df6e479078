"""Writing to the guest: the composer's form, what it quotes, emoji on a message, and the sign that somebody writes."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from channels_wa.media.queries import view_of
from channels_wa.numbers.queries import own_numbers
from crm.inbox import drafting, drafts, receipts, replies, scheduled
from crm.inbox.bubbles import bubbles_of
from crm.inbox.models import Conversation
from crm.inbox.reacting import react_to
from crm.inbox.rights import conversation_or_404, message_or_404
from crm.inbox.sending import CannotSend, send_message
from crm.inbox.views import conversation_context, head_context
from portal.frame.keyset import is_fragment
from portal.frame.toasts import add_event, add_toast, toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission


@require_POST
@allowed(Permission.INBOX_ANSWER)
def send(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Answer the guest. The message itself appears by the socket, as it does for everyone who watches."""
    found = conversation_or_404(request.member, public_id)
    number = own_numbers().filter(pk=found.number_id).first()
    try:
        with transaction.atomic():
            send_at = scheduled.read_moment(request.POST.get("send_at", "")) if request.POST.get("later") else None
            draft = drafts.read(request.POST, found, number, request.member)
            for content in draft.contents:
                send_message(
                    contact=found.contact,
                    content=content,
                    purpose="reply",
                    by=request.member,
                    number=number,
                    reply_to=draft.reply_to,
                    send_at=send_at,
                )
            replies.used(request.POST.get("canned", ""))
            if request.POST.get("type") != "template":
                drafting.forget(request.member, found)
    except CannotSend as refused:
        return _refused(request, found, refused)
    if not is_fragment(request):
        return render(request, "crm/conversation.html", conversation_context(request, found))
    answer = render(request, "crm/composer.html", head_context(request, found))
    # Where the socket is down the page reads its messages anew, so that what was sent is seen.
    if send_at is not None:
        return add_event(add_toast(answer, scheduled.leaves(send_at)), "message-sent")
    answer["HX-Trigger"] = "message-sent"
    return answer


@require_GET
@allowed(Permission.INBOX_ANSWER)
def quote(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The line above the composer that says what is answered."""
    message = message_or_404(request.member, public_id)
    talk = Conversation.objects.get(pk=message.conversation_id)
    if drafts.quotable(talk, str(public_id)) is None:
        return toast(request, _("WhatsApp does not know this message yet, so it cannot be quoted."), status=409)
    return render(request, "crm/quote.html", {"quote": bubbles_of([message])[0]})


@require_POST
@allowed(Permission.INBOX_ANSWER)
def react(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Put an emoji on a message; the one that is there already, or none, takes it back."""
    message = message_or_404(request.member, public_id)
    talk = Conversation.objects.select_related("contact").get(pk=message.conversation_id)
    if drafts.quotable(talk, str(public_id)) is None:
        return toast(request, _("WhatsApp does not know this message yet. Try again in a moment."), status=409)
    try:
        sent = react_to(message, emoji=request.POST.get("emoji", ""), conversation=talk, by=request.member)
    except CannotSend as refused:
        return toast(request, str(refused), status=422)
    if sent is not None and sent.status == "cancelled":
        return toast(request, _("WhatsApp takes no emoji now. See the reason in the conversation."), status=409)
    # It shows under its message at once, which says more than a note.
    answer = HttpResponse(status=204)
    answer["HX-Trigger"] = "message-sent"
    return answer


@require_POST
@allowed(Permission.INBOX_ANSWER)
def typing(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """A person writes; the guest sees it."""
    receipts.tell_typing(conversation_or_404(request.member, public_id))
    return HttpResponse(status=204)


def _refused(request: SalonRequest, found: Conversation, refused: CannotSend) -> HttpResponse:
    error = " ".join(problem.text for problem in refused.problems)
    if request.POST.get("type") == "template":
        # The form with its values stays as it is.
        return toast(request, error, status=422)
    quoted = drafts.quotable(found, request.POST.get("reply_to"))
    media = drafts.media_of(request.POST, request.member)
    context: dict[str, Any] = {
        **head_context(request, found),
        "error": error,
        "later_given": request.POST.get("send_at", ""),
        "text": request.POST.get("text", "").strip(),
        "quote": bubbles_of([quoted])[0] if quoted else None,
        "media": view_of(media) if media else None,
    }
    if not is_fragment(request):
        return render(request, "crm/conversation.html", {**conversation_context(request, found), **context})
    return render(request, "crm/composer.html", context, status=422)
