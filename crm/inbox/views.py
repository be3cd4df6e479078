"""The inbox and a conversation."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from channels_wa.messages.models import Message
from crm.inbox import actions
from crm.inbox.bubbles import bubbles_of
from crm.inbox.drafting import composer_draft
from crm.inbox.models import Conversation
from crm.inbox.paging import messages_page
from crm.inbox.phone import phone_url
from crm.inbox.reacting import OFFERED
from crm.inbox.rights import conversation_or_404, visible_conversations
from crm.inbox.rows import rows_of
from crm.inbox.scheduled import later_context
from crm.inbox.talk import talk_of
from ops import clock
from portal.frame.keyset import by_moment, is_fragment
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.members.models import Member

MESSAGES_A_PAGE = 50
PARTS = {"head": "crm/talk_head.html", "composer": "crm/composer.html"}


@require_GET
@allowed(Permission.INBOX_SEE)
def inbox(request: SalonRequest) -> HttpResponse:
    """The list; a fragment is a page of it."""
    context = _list(request.member, request.GET.get("show", "open"), before=request.GET.get("before", ""))
    return render(request, "crm/inbox.html#page" if is_fragment(request) else "crm/inbox.html", context)


@require_GET
@allowed(Permission.INBOX_SEE)
def conversation(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """One conversation: whole page, the right half, or a part of it (?part=)."""
    found = conversation_or_404(request.member, public_id)
    if request.GET.get("part") in PARTS:
        return render(request, PARTS[request.GET["part"]], head_context(request, found))
    context = _talk(request, found)
    if request.GET.get("part") == "messages":
        return render(request, "crm/messages.html", context)
    if is_fragment(request):
        return render(request, "crm/conversation.html#talk", context)
    return render(request, "crm/conversation.html", {**context, **_list(request.member, "open")})


@require_POST
@allowed(Permission.INBOX_ANSWER)
def read(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """A person has seen the conversation."""
    found = conversation_or_404(request.member, public_id)
    actions.mark_read(conversation=found)
    return HttpResponse(status=204)


def conversation_context(request: SalonRequest, found: Conversation) -> dict[str, Any]:
    """What the whole page of a conversation shows."""
    return {**_talk(request, found), **_list(request.member, "open")}


def head_context(request: SalonRequest, found: Conversation) -> dict[str, Any]:
    """What the head and the composer show."""
    may_answer = request.member.may(Permission.INBOX_ANSWER)
    draft = {**composer_draft(request.member, found), **later_context()} if may_answer else {}
    return {"talk": talk_of(found, now=clock.now()), "may_answer": may_answer, **draft}


def _talk(request: SalonRequest, found: Conversation) -> dict[str, Any]:
    before = request.GET.get("before", "")
    page = messages_page(found.pk, before=before, size=MESSAGES_A_PAGE)
    url = reverse("inbox:conversation", args=[found.public_id])
    return {
        **head_context(request, found),
        "bubbles": bubbles_of(page.rows[::-1]),
        "older_url": page.next_url(url, part="messages"),
        "is_older": bool(before),
        "messages_url": f"{url}?part=messages",
        "emojis": OFFERED,
    }


def _list(member: Member, show: str, *, before: str = "") -> dict[str, Any]:
    rows, empty, hint = _shown(member, show)
    page = by_moment(rows.select_related("contact"), "last_at", before=before)
    teaches = not page.rows and show == "open"
    url = reverse("inbox:list")
    labels = {"open": _("Open"), "waiting": _("Waiting"), "attention": _("To look at"), "closed": _("Closed")}
    return {
        "rows": rows_of(page.rows),
        "next_url": page.next_url(url, show=show),
        "is_next": bool(before),
        "show": show,
        "list_url": f"{url}?show={show}",
        "live_path": "/ws/inbox/",
        "live_after": Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
        "filters": [
            {"label": words, "url": f"{url}?show={name}", "is_here": name == show} for name, words in labels.items()
        ],
        "empty_text": empty,
        "empty_hint": hint,
        "empty_url": phone_url() if teaches else "",
    }


def _shown(member: Member, show: str) -> tuple[QuerySet[Conversation], str, str]:
    """The conversations of a filter, and what to say when there are none."""
    every = visible_conversations(member)
    if show == "waiting":
        return every.filter(closed_at=None, last_direction="in"), _("No one is waiting. Good work."), ""
    if show == "attention":
        return every.exclude(attention=""), _("Nothing to look at"), ""
    if show == "closed":
        return every.exclude(closed_at=None), _("No conversation is closed"), ""
    hint = _("When a guest writes to your WhatsApp number, the conversation appears here by itself.")
    return every.filter(closed_at=None), _("No one has written yet"), hint
