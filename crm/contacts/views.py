"""The contacts and one contact."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from crm.consent.models import Purpose
from crm.contacts import fields, filters, listing, noting, segments, tags, timeline
from crm.contacts.forms import LANGUAGES
from crm.contacts.models import Contact, CustomField
from crm.contacts.names import addresses
from crm.contacts.shown import about, row
from crm.inbox.rights import contact_or_404, visible_contacts, visible_conversations
from portal.frame.keyset import is_fragment
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.members.models import Member

STATES = (
    ("granted", gettext_lazy("agreed")),
    ("revoked", gettext_lazy("stopped")),
    ("never", gettext_lazy("never said")),
)


@require_GET
@allowed(Permission.CONTACTS_SEE)
def contacts(request: SalonRequest) -> HttpResponse:
    """The list; a fragment is a page of it."""
    given = listing.Given.read(request.GET)
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    problem, found, known_fields = "", visible_contacts(request.member), None
    if not is_fragment(request):
        known_fields = fields.live()
    try:
        found = listing.matching(given, found, who=request.member, fields=known_fields)
    except filters.Wrong as wrong:
        problem, found = wrong.words, found.none()
    page = listing.page(found, sort=given.values.get("sort", ""), before=before, after=after)
    known = addresses(contact.pk for contact in page.rows)
    offered = {} if is_fragment(request) else tags.coloured()
    shown = {tag for contact in page.rows for tag in contact.tags}
    colours = {**offered, **tags.colours_of(shown - offered.keys())}
    address = reverse("contacts:list")
    context = {
        "rows": [row(contact, known.get(contact.pk, ""), colours) for contact in page.rows],
        "next_url": f"{address}?{given.query(before=str(page.before))}" if page.before else "",
        "previous_url": f"{address}?{given.query(after=str(page.after))}"
        if page.after and not is_fragment(request)
        else "",
        "is_next": bool(before) and is_fragment(request),
        "problem": problem,
        **_may(request.member),
        **_empty(given),
    }
    if is_fragment(request):
        return render(request, "crm/contacts.html#page", context)
    return render(request, "crm/contacts.html", context | _choices(request, given, known_fields or [], [*offered]))


@require_GET
@allowed(Permission.CONTACTS_SEE)
def contact(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """One contact: how to reach them, what is known, their conversations."""
    found = contact_or_404(request.member, public_id)
    if found.public_id != public_id:
        return redirect("contacts:contact", found.public_id)
    context = {
        "contact": about(found),
        "conversations": _conversations(found, request.member),
        "tags": tags.names() if request.member.may(Permission.CONTACTS_EDIT) else [],
        "is_known": request.GET.get("known") == "1",
        "sees_runs": request.member.may(Permission.EXECUTIONS_SEE),
        "sees_deals": request.member.may(Permission.DEALS_SEE),
        "sees_bookings": request.member.may(Permission.BOOKINGS_SEE),
        "may_answer": request.member.may(Permission.INBOX_ANSWER),
        "manages_privacy": request.member.may(Permission.PRIVACY_MANAGE),
        **_may(request.member),
    }
    return render(request, "crm/contact.html", context)


@require_GET
@allowed(Permission.CONTACTS_SEE)
def history(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """What happened with them, newest first; a page of it."""
    found = contact_or_404(request.member, public_id)
    before = timeline.Place.read(request.GET.get("before", ""))
    sees_runs = request.member.may(Permission.EXECUTIONS_SEE)
    moments, key = timeline.page(found, who=request.member, before=before, sees_runs=sees_runs)
    context = {
        "contact_public_id": found.public_id,
        "moments": moments,
        "next_key": key,
        "is_next": before is not None,
        "first_seen": found.created_at,
    }
    return render(request, "crm/contact_timeline.html", context)


def _may(member: Member) -> dict[str, bool]:
    return {
        "may_edit": member.may(Permission.CONTACTS_EDIT),
        "may_import": member.may(Permission.CONTACTS_IMPORT),
        "may_export": member.may(Permission.CONTACTS_EXPORT),
        "may_merge": member.may(Permission.CONTACTS_MERGE),
    }


def _empty(given: listing.Given) -> dict[str, str]:
    if given.is_filtered:
        text = _("No one by that name or phone") if set(given.values) <= {"search", "sort"} else _("No one like that")
        return {"empty_text": text, "empty_hint": _("Take a filter away, or search for another word.")}
    hint = _("Whoever writes to your WhatsApp number becomes a contact by itself.")
    return {"empty_text": _("No contacts yet"), "empty_hint": hint}


def _choices(
    request: SalonRequest, given: listing.Given, known: list[CustomField], tag_names: list[str]
) -> dict[str, Any]:
    """What the filters offer."""
    chosen = next((one for one in known if one.key == given.values.get("field")), None)
    return {
        "given": {name: given.values.get(name, "") for name in listing.NAMES},
        "search": given.values.get("search", ""),
        "is_filtered": given.is_filtered,
        "more_filters": len(set(given.values) - {"search", "sort", "tag", "segment", "value"}),
        "tag_names": tag_names,
        "segments": segments.live(request.member),
        "fields": known,
        "field": chosen,
        "field_choices": _field_choices(chosen),
        "languages": LANGUAGES[1:],
        "purposes": [
            (f"{purpose.value}:{state}", f"{purpose.label}: {words}") for purpose in Purpose for state, words in STATES
        ],
        "periods": listing.PERIODS,
        "sorts": listing.SORTS.items(),
        "mentions": noting.unseen(request.member),
    }


def _field_choices(one: CustomField | None) -> list[tuple[str, str]]:
    if one is None:
        return []
    if one.kind == CustomField.Kind.FLAG:
        return [("true", _("Yes")), ("false", _("No"))]
    return [(option, option) for option in one.options] if one.kind == CustomField.Kind.CHOICE else []


def _conversations(contact: Contact, member: Member) -> list[Any]:
    from crm.inbox.rows import rows_of  # the inbox is built on contacts, not the other way round

    own = visible_conversations(member).filter(contact=contact).select_related("contact", "assignee", "team")
    return rows_of(list(own.order_by("-last_at")[:20]))
