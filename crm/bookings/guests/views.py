"""A guest's visits, for their page and for the panel beside a conversation."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crm.bookings.guests.shown import visits_of
from crm.inbox.rights import contact_or_404
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission


@require_GET
@allowed(Permission.BOOKINGS_SEE)
def of_contact(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The next visit, those after it, and the last ones."""
    contact = contact_or_404(request.member, public_id)
    context = {
        "contact": contact,
        "visits": visits_of(contact, request.member),
        "may_book": request.member.may(Permission.BOOKINGS_EDIT),
    }
    return render(request, "crm/bookings/guests/of_contact.html", context)
