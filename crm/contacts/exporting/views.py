"""Saving contacts as a file: all of them, or those of a filter."""

from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crm.contacts import filters, listing, segments
from crm.contacts.exporting import rows
from crm.inbox.rights import sees_phones, visible_contacts
from ops import clock
from ops.events.actions import emit
from portal.frame.files import streaming
from portal.frame.files.writers import WRITERS
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.audit import actions as audit

FORMATS = (
    ("xlsx", gettext_lazy("Excel (XLSX)")),
    ("csv", gettext_lazy("CSV with commas")),
    ("csv-semicolon", gettext_lazy("CSV with semicolons, for Excel in Portuguese and Spanish")),
)


@require_safe
@allowed(Permission.CONTACTS_EXPORT)
def export(request: SalonRequest) -> HttpResponse:
    """How many they are and in which format; with `format` the file itself."""
    given = listing.Given.read(request.GET)
    found, problem = visible_contacts(request.member), ""
    try:
        found = listing.matching(given, found, who=request.member)
    except filters.Wrong as wrong:
        found, problem = found.none(), wrong.words
    chosen = request.GET.get("format", "")
    if chosen in WRITERS and not problem:
        if request.method == "HEAD":
            return HttpResponse()
        ending, content_type, write = WRITERS[chosen]
        _note(request, given, chosen)
        zone = ZoneInfo(request.salon.time_zone)
        pages = rows.pages(found, zone=zone, is_masked=not sees_phones(request.member))
        name = f"{request.salon.slug}-{_('contacts')}-{clock.now().astimezone(zone):%Y-%m-%d}.{ending}"
        return streaming.answer(request, write(pages), salon_id=request.salon.pk, name=name, content_type=content_type)
    count, is_exact = segments.count(found)
    context = {
        "given": given.values,
        "is_filtered": given.is_filtered,
        "problem": problem,
        "count": count,
        "is_exact": is_exact,
        "formats": FORMATS,
        "back": given.query(),
    }
    return render(request, "crm/contacts/export.html", context)


@transaction.atomic
def _note(request: SalonRequest, given: listing.Given, chosen: str) -> None:
    """Who took which contacts out of the house."""
    said = {"format": chosen, "filter": given.values}
    audit.record("contacts.exported", subject=request.member.public_id, by=request.member, after=said)
    emit("contacts.exported", subject=request.member.public_id, payload=said)
