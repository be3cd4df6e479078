"""The booking page among the settings: whether it is open, its address, and how it is shown within another site."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from channels_wa.message_templates.languages import language_name
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.message_templates.queries import accounts
from crm.bookings import defaults
from crm.bookings.actions import offering
from crm.bookings.catalogue import catalogue
from crm.bookings.page import choice, holding, sending, templates
from crm.bookings.page.forms import PageForm
from portal.frame.toasts import add_toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

SNIPPET = '<iframe src="{}?embed=1" title="Online booking" width="100%" height="760" loading="lazy"></iframe>'


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def page(request: SalonRequest) -> HttpResponse:
    """See and change it."""
    is_part = request.headers.get("HX-Request") == "true"
    form = PageForm(request.POST if request.method == "POST" else None, policy=defaults.policy())
    if request.method == "POST" and form.is_valid():
        saved = offering.change_policy(form.values(), by=request.member)
        if saved.is_page_open:
            templates.ensure(accounts())
        if not is_part:
            return HttpResponseRedirect(reverse("booking_page:page"), status=303)
        answer = render(request, "crm/bookings/page/settings.html#form", _context(PageForm(policy=saved)))
        return add_toast(answer, _("Saved"))
    status = 422 if request.method == "POST" else 200
    name = "crm/bookings/page/settings.html" + ("#form" if is_part else "")
    return render(request, name, _context(form), status=status)


def _context(form: PageForm) -> dict[str, Any]:
    known, names = catalogue(), list(templates.NAMES.values())
    rows = MessageTemplate.objects.live().filter(name__in=names, waba_id__in=accounts()).order_by("name", "language")
    address = sending.page_url()
    return {
        "form": form,
        "address": address,
        "snippet": SNIPPET.format(address),
        "has_origins": bool(form.policy.page.get("origins")),
        "has_number": holding.has_number(),
        "has_services": any(choice.is_offered(one, known) for one in known.services.values()),
        "texts": [(row, language_name(row.language)) for row in rows],
    }
