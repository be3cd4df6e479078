"""“Start a flow…”: the small dialog on the page of a contact or of a conversation."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from crm.inbox.rights import contact_or_404, conversation_or_404, visible_conversations
from flows.models import Flow, FlowExecution
from flows.runtime.starting import Fate
from flows.sharing import FLOW
from flows.triggers.by_hand import CannotBegin, begin
from flows.triggers.startable import startable
from portal.frame.keyset import is_fragment
from portal.frame.toasts import add_event, add_toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.sharing.queries import closed_to


@require_http_methods(["GET", "POST"])
@allowed(Permission.INBOX_ANSWER)
def with_contact(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Over the number that the contact last used."""
    contact = contact_or_404(request.member, public_id)
    newest = (
        visible_conversations(request.member)
        .filter(contact=contact, closed_at=None)
        .order_by("-last_at", "-pk")
        .first()
    )
    return _start(request, contact, newest, back=reverse("contacts:contact", args=[contact.public_id]))


@require_http_methods(["GET", "POST"])
@allowed(Permission.INBOX_ANSWER)
def in_conversation(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Over the number of the conversation; one that is closed begins anew."""
    talk = conversation_or_404(request.member, public_id)
    back = reverse("inbox:conversation", args=[public_id])
    return _start(request, talk.contact, talk, number_id=talk.number_id, back=back)


def _start(
    request: SalonRequest,
    contact: Contact,
    talk: Conversation | None,
    *,
    number_id: int | None = None,
    back: str,
) -> HttpResponse:
    context = _context(request, contact, talk, back)
    if request.method == "GET":
        return _show(request, context)
    chosen = next((flow for flow in context["flows"] if str(flow.public_id) == request.POST.get("flow", "")), None)
    if chosen is None:
        return _show(request, {**context, "problem": _("Choose one of the flows.")}, status=422)
    try:
        begin(chosen, contact, by=request.member, number_id=number_id, takes_over=True)
    except CannotBegin as refused:
        return _show(request, {**context, "problem": _why_not(refused.fate)}, status=422)
    words = _("“%(flow)s” has begun") % {"flow": chosen.name}
    if not is_fragment(request):
        return HttpResponseRedirect(back, status=303)
    answer = _show(request, {**context, "begun": words})
    return add_event(add_toast(answer, words), "talk-changed", "flow-begun")


def _context(request: SalonRequest, contact: Contact, talk: Conversation | None, back: str) -> dict[str, Any]:
    waiting = FlowExecution.objects.filter(conversation_id=talk.pk, listens=True) if talk else None
    other = waiting.select_related("flow").first() if waiting is not None else None
    return {
        "flows": _startable(request),
        "back": back,
        "here": request.path,
        "name": contact.name,
        "other": other.flow.name if other else "",
        "people_answer": bool(talk and not talk.bot_on and talk.closed_at is None),
        "may_draw": request.member.may(Permission.FLOWS_EDIT),
    }


def _startable(request: SalonRequest) -> list[Flow]:
    """Whoever answers guests may begin any flow with them, but for those that are closed to them."""
    closed = closed_to(request.member, FLOW)
    return list(startable().exclude(public_id__in=closed).order_by("name", "pk"))


def _show(request: SalonRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    name = "flows/triggers/start.html" + ("#dialog" if is_fragment(request) else "")
    return render(request, name, context, status=status)


def _why_not(fate: Fate) -> str:
    return {
        Fate.TOO_OFTEN: _("Too many flows began with this guest within an hour. Wait a little."),
        Fate.GONE: _("This flow begins no more, no number is connected, or the guest is blocked."),
    }.get(fate, _("Somebody else is talking with this guest right now. Try again in a moment."))
