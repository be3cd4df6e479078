"""Notes on the contact's page, and the notes that name somebody."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.contacts import notes
from crm.contacts.models import Contact, Note
from crm.contacts.names import addresses, name_of
from crm.inbox.models import Conversation
from crm.inbox.rights import contact_or_404, visible_conversations, visible_notes
from portal.frame.keyset import by_id, is_fragment
from portal.frame.toasts import toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.members.models import Member

MOST_PINNED = 20


@require_GET
@allowed(Permission.CONTACTS_SEE)
def card(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The notes of a contact: pinned ones first, then the newest."""
    return _card(request, contact_or_404(request.member, public_id), before=request.GET.get("before", ""))


@require_POST
@allowed(Permission.CONTACTS_EDIT)
def add(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Write one."""
    contact = contact_or_404(request.member, public_id)
    try:
        talk = _talk(request, contact)
        notes.add(contact, request.POST.get("text", ""), by=request.member, conversation_id=talk.pk if talk else None)
    except notes.NotPossible as problem:
        return _card(request, contact, problem=str(problem), typed=request.POST.get("text", ""), status=422)
    return _done(request, contact)


@require_POST
@allowed(Permission.CONTACTS_EDIT)
def act(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Edit or delete one's own note, pin or unpin any (`do`)."""
    note = _note_or_404(request, public_id)
    verb = request.POST.get("do", "")
    try:
        if verb == "edit":
            notes.edit(note, request.POST.get("text", ""), by=request.member)
        elif verb == "delete":
            notes.delete(note, by=request.member)
        elif verb in ("pin", "unpin"):
            notes.pin(note, on=verb == "pin", by=request.member)
        else:
            raise Http404
    except notes.NotPossible as problem:
        return toast(request, str(problem), status=422)
    return _done(request, note.contact)


@require_GET
@allowed(Permission.CONTACTS_SEE)
def mentions(request: SalonRequest) -> HttpResponse:
    """The notes in which I am named, newest first."""
    before = request.GET.get("before", "")
    page = by_id(own_mentions(request.member).select_related("contact", "by"), before=before)
    known = addresses(note.contact_id for note in page.rows)
    context = {
        "rows": [
            {**_line(note, request.member), "name": name_of(note.contact, known.get(note.contact_id, ""))}
            for note in page.rows
        ],
        "next_url": page.next_url(reverse("contacts:mentions")),
        "is_next": bool(before),
    }
    return render(request, "crm/mentions.html#page" if is_fragment(request) else "crm/mentions.html", context)


def own_mentions(member: Member) -> QuerySet[Note]:
    """The notes that name a member, of those they may see."""
    return visible_notes(member).filter(mentions__contains=[member.pk])


def unseen(member: Member) -> int:
    """How many of them the member has not read; 99 is many."""
    return own_mentions(member).exclude(seen_by__contains=[member.pk])[:99].count()


def _note_or_404(request: SalonRequest, public_id: UUID) -> Note:
    note = visible_notes(request.member).select_related("contact").filter(public_id=public_id).first()
    if note is None:
        raise Http404
    return note


def _done(request: SalonRequest, contact: Contact) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(reverse("contacts:contact", args=[contact.public_id]), status=303)
    return _card(request, contact)


def _card(
    request: SalonRequest, contact: Contact, *, before: str = "", problem: str = "", typed: str = "", status: int = 200
) -> HttpResponse:
    own = visible_notes(request.member).filter(contact=contact).select_related("contact", "by")
    page = by_id(own.filter(is_pinned=False), before=before)
    pinned = [] if before else list(own.filter(is_pinned=True).order_by("-pk")[:MOST_PINNED])
    rows = [*pinned, *page.rows]
    lines = [_line(note, request.member) for note in rows]
    talk = _talk(request, contact)
    if request.method == "GET":
        notes.see(rows, request.member)
    url = reverse("contacts:notes", args=[contact.public_id])
    context = {
        "contact_public_id": contact.public_id,
        "rows": lines,
        "next_url": page.next_url(url, conversation=str(talk.public_id)) if talk else page.next_url(url),
        "conversation": talk.public_id if talk else "",
        "is_next": bool(before),
        "may_edit": request.member.may(Permission.CONTACTS_EDIT),
        "problem": problem,
        "typed": typed,
        "hint": _("Name a colleague with @ and they find it among their mentions."),
        "longest": notes.LONGEST,
    }
    return render(
        request, "crm/contact_notes.html#rows" if before else "crm/contact_notes.html", context, status=status
    )


def _talk(request: SalonRequest, contact: Contact) -> Conversation | None:
    """The conversation beside which the notes stand, if they do."""
    given = request.POST.get("conversation") or request.GET.get("conversation", "")
    try:
        public_id = UUID(given)
    except ValueError:
        return None
    return visible_conversations(request.member).filter(public_id=public_id, contact=contact).first()


def _line(note: Note, member: Member) -> dict[str, Any]:
    return {
        "note": note,
        "by": note.by.name if note.by else "",
        "is_own": note.by_id == member.pk,
        "is_new": member.pk in note.mentions and member.pk not in note.seen_by,
    }
