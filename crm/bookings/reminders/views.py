"""When guests are reminded, and the texts for it, among the settings."""

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
from crm.bookings.reminders import templates
from crm.bookings.reminders.forms import ReminderForm
from portal.frame.toasts import add_toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def rules(request: SalonRequest) -> HttpResponse:
    """How long before, and when not."""
    is_part = request.headers.get("HX-Request") == "true"
    form = ReminderForm(request.POST or None, instance=defaults.policy())
    if request.method == "POST" and form.is_valid():
        offering.change_policy(form.values(), by=request.member)
        if not is_part:
            return HttpResponseRedirect(reverse("reminders:rules"), status=303)
        form = ReminderForm(instance=defaults.policy())
        saved = render(request, "crm/bookings/reminders.html#form", _context(form))
        return add_toast(saved, _("Saved: visits that are booked or moved from now on are reminded of like this"))
    status = 422 if request.method == "POST" else 200
    name = "crm/bookings/reminders.html" + ("#form" if is_part else "")
    return render(request, name, _context(form), status=status)


def _context(form: ReminderForm) -> dict[str, Any]:
    rows = MessageTemplate.objects.live().filter(name=templates.NAME, waba_id__in=accounts()).order_by("language")
    return {"form": form, "texts": [(row, language_name(row.language)) for row in rows]}
