"""The register of consent as a file: every word of every guest, with the evidence."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.consent.models import ConsentEntry, Purpose, Source, State
from crm.contacts.models import Contact
from ops import clock
from portal.frame.files import streaming
from portal.frame.files.writers import as_csv
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.access.stepup import fresh
from tenants.audit import actions as audit

SIZE = 2000
_READ = ("pk", "at", "contact_id", "kind", "value", "purpose", "state", "source", "evidence", "by", "wamid")


@require_safe
@allowed(Permission.PRIVACY_MANAGE)
@fresh
def register(request: SalonRequest) -> HttpResponse:
    """CSV, oldest first, made while it is sent."""
    if request.method == "HEAD":
        return HttpResponse()
    audit.record("consents.exported", subject=request.member.public_id, by=request.member)
    zone = ZoneInfo(request.salon.time_zone)
    name = f"{request.salon.slug}-{_('consent')}-{clock.now().astimezone(zone):%Y-%m-%d}.csv"
    pieces = as_csv(_pages(zone))
    return streaming.answer(request, pieces, salon_id=request.salon.pk, name=name, content_type="text/csv")


def _pages(zone: ZoneInfo) -> Iterator[list[list[str]]]:
    yield [[_("When"), _("Contact"), _("Name"), _("Kind"), _("Phone or id"), _("Purpose"), _("Said"), _("How"),
            _("Evidence"), _("Noted by"), _("Message")]]  # fmt: skip
    last = 0
    while rows := list(ConsentEntry.objects.filter(pk__gt=last).order_by("pk").values_list(*_READ)[:SIZE]):
        last = rows[-1][0]
        found = Contact.with_merged.filter(pk__in={row[2] for row in rows}).values_list("pk", "public_id", "name")
        people = {pk: (str(public_id), name) for pk, public_id, name in found}
        purposes, states, sources = (dict(one.choices) for one in (Purpose, State, Source))
        yield [
            [
                at.astimezone(zone).isoformat(timespec="seconds"),
                *people.get(contact, ("", "")),
                kind,
                value,
                str(purposes.get(purpose, purpose)),
                str(states.get(state, state)),
                str(sources.get(source, source)),
                evidence,
                by,
                wamid,
            ]
            for _pk, at, contact, kind, value, purpose, state, source, evidence, by, wamid in rows
        ]
