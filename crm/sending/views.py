"""The page of what did not leave: three lists, and what may be done about each line or all of them."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from crm.inbox.rights import message_or_404
from crm.sending import actions
from crm.sending.letters import letters_of
from crm.sending.tabs import TABS, Chosen
from portal.frame.keyset import by_id, is_fragment
from portal.frame.toasts import add_event, toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

A_PAGE = 30
CHANGED = "sending-changed"


@require_GET
@allowed(Permission.INBOX_SEE)
def letters(request: SalonRequest) -> HttpResponse:
    """One list; a fragment is a page of it."""
    chosen, before = (
        Chosen.by_name(request.GET.get("show"), request.GET.get("cause"), request.member),
        request.GET.get("before", ""),
    )
    page = by_id(chosen.messages(), before=before, size=A_PAGE)
    url = reverse("sending:list")
    context = {
        "tab": chosen.tab,
        "tabs": TABS.values(),
        "cause": chosen.cause,
        "letters": letters_of(page.rows),
        "next_url": page.next_url(url, show=chosen.tab.name, cause=chosen.cause),
        "is_next": bool(before),
        "may_act": request.member.may(Permission.INBOX_ANSWER),
        "all_verbs": _all_verbs(chosen),
    }
    return render(request, "crm/sending.html#letters" if is_fragment(request) else "crm/sending.html", context)


@require_POST
@allowed(Permission.INBOX_ANSWER)
def act(request: SalonRequest, public_id: UUID, verb: str) -> HttpResponse:
    """Do something about one message."""
    if verb not in actions.VERBS:
        raise Http404
    message = message_or_404(request.member, public_id, direction="out")
    try:
        if not actions.act_on_one(verb, message, by=request.member):
            return add_event(toast(request, _("It has changed meanwhile; look again."), status=409), CHANGED)
    except actions.OnlyTemplates:
        words = _("The guest last wrote more than 24 hours ago. Open the conversation and send a template.")
        return toast(request, words, status=409)
    undo = reverse("sending:act", args=[public_id, "restore"]) if verb == "discard" else ""
    return add_event(toast(request, _said(verb), undo_url=undo), CHANGED)


@require_POST
@allowed(Permission.INBOX_ANSWER)
def act_on_all(request: SalonRequest) -> HttpResponse:
    """Do something about a whole list as it is narrowed."""
    chosen = Chosen.by_name(request.POST.get("show"), request.POST.get("cause"), request.member)
    verb = request.POST.get("verb", "")
    if verb not in chosen.tab.verbs:
        raise Http404
    done = actions.act_on_all(verb, chosen, by=request.member)
    words = ngettext("Done for %(count)d message.", "Done for %(count)d messages.", done.changed) % {
        "count": done.changed
    }
    if done.left_alone and verb == "retry":
        words += " " + _("What only a template could say after 24 hours was left as it is.")
    if done.goes_on:
        words += " " + _("The others follow by themselves.")
    return add_event(toast(request, words), CHANGED)


def _said(verb: str) -> str:
    return {
        "retry": _("It is being sent once more"),
        "discard": _("Put aside; the message stays in the conversation"),
        "restore": _("It is in the list again"),
        "arrived": _("Noted: it arrived"),
        "take-back": _("Taken back; it is not sent"),
    }[verb]


def _all_verbs(chosen: Chosen) -> list[dict[str, Any]]:
    words = {
        "retry": (_("Send all again"), _("Send all messages of this list once more?")),
        "discard": (_("Put all aside"), _("Put all messages of this list aside? They stay in their conversations.")),
        "take-back": (_("Take all back"), _("Take all messages of this list back? They will not be sent.")),
    }
    return [{"name": verb, "label": words[verb][0], "sure": words[verb][1]} for verb in chosen.tab.verbs]
