"""The contacts and one contact."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from channels_wa.messages.models import Identity
from crm.contacts.links import safe_url
from crm.contacts.models import Contact
from crm.contacts.names import addresses, name_of, shown
from crm.contacts.search import search
from crm.inbox.rights import contact_or_404, visible_contacts, visible_conversations
from portal.frame.keyset import by_id, is_fragment
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.members.models import Member

LONGEST_SEARCH = 80


@require_GET
@allowed(Permission.CONTACTS_SEE)
def contacts(request: SalonRequest) -> HttpResponse:
    """The list, newest first; a fragment is a page of it."""
    words, before = request.GET.get("search", "").strip()[:LONGEST_SEARCH], request.GET.get("before", "")
    page = by_id(search(words, among=visible_contacts(request.member)), before=before)
    known = addresses(contact.pk for contact in page.rows)
    context = {
        "rows": [_row(contact, known.get(contact.pk, "")) for contact in page.rows],
        "next_url": page.next_url(reverse("contacts:list"), search=words),
        "is_next": bool(before),
        "search": words,
        "empty_text": _("No one by that name or phone") if words else _("No contacts yet"),
        "empty_hint": "" if words else _("Whoever writes to your WhatsApp number becomes a contact by itself."),
    }
    return render(request, "crm/contacts.html#page" if is_fragment(request) else "crm/contacts.html", context)


@require_GET
@allowed(Permission.CONTACTS_SEE)
def contact(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """One contact: how to reach them, what is known, their conversations."""
    found = contact_or_404(request.member, public_id)
    if found.public_id != public_id:
        return redirect("contacts:contact", found.public_id)
    context = {
        "contact": _page(found),
        "conversations": _conversations(found, request.member),
        "sees_runs": request.member.may(Permission.EXECUTIONS_SEE),
        "may_answer": request.member.may(Permission.INBOX_ANSWER),
    }
    return render(request, "crm/contact.html", context)


def _row(contact: Contact, address: str) -> dict[str, Any]:
    return {
        "public_id": contact.public_id,
        "name": name_of(contact, address),
        "address": address,
        "tags": contact.tags,
        "created_at": contact.created_at,
    }


def _page(contact: Contact) -> dict[str, Any]:
    labels = {"phone": _("Phone"), "bsuid": _("WhatsApp id"), "parent_bsuid": _("WhatsApp id of the group")}
    identities = Identity.with_former.filter(contact_id=contact.pk).order_by(
        F("former_at").desc(nulls_first=True), "pk"
    )
    address = addresses([contact.pk]).get(contact.pk, "")
    return {
        **_row(contact, address),
        "identities": [
            {
                "label": labels.get(one.kind, one.kind),
                "value": shown(one.kind, one.value),
                "former_at": one.former_at,
            }
            for one in identities
        ],
        "fields": sorted(contact.fields.items()),
        "touches": _touches(contact),
    }


def _touches(contact: Contact) -> list[dict[str, Any]]:
    """The ads by which they came, each once."""
    first, last = contact.touches["first"], contact.touches["last"]
    found = [(_("First came by"), first), (_("Last came by"), last)] if first != last else [(_("Came by"), first)]
    return [
        {
            "label": label,
            "name": touch.get("headline") or touch.get("source_id") or touch.get("source_type") or _("An ad"),
            "url": safe_url(touch.get("source_url")),
            "at": datetime.fromisoformat(touch["at"]) if touch.get("at") else None,
            "click": touch.get("ctwa_clid", ""),
        }
        for label, touch in found
        if touch
    ]


def _conversations(contact: Contact, member: Member) -> list[Any]:
    from crm.inbox.rows import rows_of  # the inbox is built on contacts, not the other way round

    own = visible_conversations(member).filter(contact=contact).select_related("contact")
    return rows_of(list(own.order_by("-last_at")[:20]))
