"""The inbox and a conversation."""

from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from crm.contacts import notes
from crm.contacts.models import Note
from crm.inbox import actions
from crm.inbox.bubbles import bubbles_of
from crm.inbox.drafting import composer_draft, with_draft
from crm.inbox.filters import Filter
from crm.inbox.handling import handling_of
from crm.inbox.list_context import list_context
from crm.inbox.models import Conversation
from crm.inbox.noted import Line, NoteBubble, until_of, with_notes
from crm.inbox.paging import messages_page
from crm.inbox.reacting import OFFERED
from crm.inbox.rights import conversation_or_404, visible_conversations
from crm.inbox.scheduled import later_context
from crm.inbox.talk import talk_of
from ops import clock
from portal.frame.keyset import Page, is_fragment
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.members.models import Member

MESSAGES_A_PAGE = 50
PARTS = {"head": "crm/talk_head.html", "composer": "crm/composer.html"}
# What one last looked at, by the words of its address: the list beside the conversation that one opens from it.
IN_SESSION = "inbox_filter"


@require_GET
@allowed(Permission.INBOX_SEE)
def inbox(request: SalonRequest) -> HttpResponse:
    """The list as the address has it; a fragment is a page of it.

    The plain address is always everything that is open: a filter of yesterday must hide no guest of today.
    """
    wanted = Filter.read(request.GET.dict())
    _remember(request, wanted)
    part = request.GET.get("part")
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    context = list_context(request.member, wanted, before=before, after=after, is_part=is_fragment(request))
    if is_fragment(request):
        # A page that is added to a list leads on in its own direction only.
        context |= {"newer_url": ""} if before else {"older_url": ""} if after else {}
        return render(request, f"crm/inbox.html#{'list' if part == 'list' else 'page'}", context)
    return render(request, "crm/inbox.html", context)


@require_GET
@allowed(Permission.INBOX_SEE)
def conversation(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """One conversation: whole page, the right half, or a part of it (?part=)."""
    found = _with_draft_or_404(request.member, public_id)
    if request.GET.get("part") in PARTS:
        return render(request, PARTS[request.GET["part"]], head_context(request, found))
    if request.GET.get("part") == "messages":
        may_answer = request.member.may(Permission.INBOX_ANSWER)
        return render(request, "crm/messages.html", {**_messages(request, found), "may_answer": may_answer})
    context = _talk(request, found)
    if is_fragment(request):
        return render(request, "crm/conversation.html#talk", context)
    return render(request, "crm/conversation.html", {**context, **_last_list(request)})


@require_POST
@allowed(Permission.INBOX_ANSWER)
def read(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """A person has seen the conversation."""
    found = conversation_or_404(request.member, public_id)
    actions.mark_read(conversation=found)
    named = Note.objects.filter(conversation_id=found.pk, mentions__contains=[request.member.pk])
    notes.see(list(named.exclude(seen_by__contains=[request.member.pk])), request.member)
    return HttpResponse(status=204)


def _with_draft_or_404(member: Member, public_id: UUID) -> Conversation:
    rows = visible_conversations(member).select_related("contact", "assignee", "team")
    return get_object_or_404(with_draft(rows, member), public_id=public_id)


def conversation_context(request: SalonRequest, found: Conversation) -> dict[str, Any]:
    """What the whole page of a conversation shows."""
    return {**_talk(request, found), **_last_list(request)}


def _last_list(request: SalonRequest) -> dict[str, Any]:
    """The list beside a conversation: as one left it."""
    wanted = Filter.read(dict(parse_qsl(request.session.get(IN_SESSION, ""))))
    return list_context(request.member, wanted)


def _remember(request: SalonRequest, wanted: Filter) -> None:
    # Words that were searched for are of the moment; without need nothing is written.
    now = "" if wanted.search or wanted.is_plain else wanted.encoded()
    if now != request.session.get(IN_SESSION, "") and not wanted.search:
        request.session[IN_SESSION] = now


def head_context(request: SalonRequest, found: Conversation) -> dict[str, Any]:
    """What the head and the composer show."""
    may_answer = request.member.may(Permission.INBOX_ANSWER)
    draft = {**composer_draft(request.member, found), **later_context()} if may_answer else {}
    return {
        "talk": talk_of(found, now=clock.now()),
        "may_answer": may_answer,
        "handling": handling_of(found, request.member),
        **draft,
    }


def _lines(request: SalonRequest, found: Conversation, page: Page, before: str) -> list[Line]:
    # Notes stand on the page in whose time they were written.
    since = page.rows[-1].at if page.rows and page.next_key else None
    until = until_of(found.pk, before) if before else None
    return with_notes(bubbles_of(page.rows[::-1]), found.pk, since=since, until=until, reader=request.member.pk)


def _talk(request: SalonRequest, found: Conversation) -> dict[str, Any]:
    return {**head_context(request, found), **_messages(request, found)}


def _messages(request: SalonRequest, found: Conversation) -> dict[str, Any]:
    """A page of them; who scrolls needs no head and no composer."""
    before = request.GET.get("before", "")
    page = messages_page(found.pk, before=before, size=MESSAGES_A_PAGE)
    url = reverse("inbox:conversation", args=[found.public_id])
    lines = _lines(request, found, page, before)
    return {
        "bubbles": lines,
        "names_me": any(isinstance(line, NoteBubble) and line.is_new for line in lines),
        "older_url": page.next_url(url, part="messages"),
        "is_older": bool(before),
        "messages_url": f"{url}?part=messages",
        "emojis": OFFERED,
    }
