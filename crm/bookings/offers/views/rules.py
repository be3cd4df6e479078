"""The salon's hours, days and rules for bookings."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.bookings import defaults
from crm.bookings.actions import offering
from crm.bookings.actions.zone import to_review
from crm.bookings.models import DatedHours
from crm.bookings.offers.acting import go
from crm.bookings.offers.days import day_rows
from crm.bookings.offers.outside import SHOWN, outside
from crm.bookings.offers.person_form import hours_known
from crm.bookings.offers.rules_form import RulesForm, SalonHoursForm, rules_known
from crm.bookings.offers.saving import Clashed, save
from crm.bookings.offers.views.hours import day_page, deleted, people_of, put_back, with_outside
from crm.bookings.rights import visible_bookings
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

PAGE = "crm/bookings/offers/rules.html"
HOURS = "crm/bookings/offers/salon_hours.html"


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def rules(request: SalonRequest) -> HttpResponse:
    """Grid, lead time, horizon, and so on."""
    return _edited(request, RulesForm, _rules, rules_known) or go(
        request, reverse("booking_settings:rules"), _("Saved")
    )


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def salon_hours(request: SalonRequest) -> HttpResponse:
    """When the salon is open, and on which days it is not."""
    return _edited(request, SalonHoursForm, _hours, hours_known) or go(
        request, reverse("booking_settings:hours"), with_outside(_("Saved."), request, None)
    )


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def add_holiday(request: SalonRequest) -> HttpResponse:
    """A day that differs for everybody; `back` brings one back that was taken away."""
    if request.method == "POST" and request.GET.get("back"):
        return put_back(request, None)
    return day_page(request, None, None, reverse("booking_settings:hours"))


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def holiday(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Change it."""
    found = get_object_or_404(DatedHours, public_id=public_id, professional=None)
    return day_page(request, None, found, reverse("booking_settings:hours"))


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def delete_holiday(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The week's hours again."""
    found = get_object_or_404(DatedHours, public_id=public_id, professional=None)
    return deleted(request, found, reverse("booking_settings:add_holiday"))


@require_GET
@allowed(Permission.SERVICES_MANAGE)
def outside_page(request: SalonRequest) -> HttpResponse:
    """All coming visits that are outside of the hours."""
    found = outside(people_of(None), visible_bookings(request.member))
    return render(request, "crm/bookings/offers/outside_page.html", {"outside": found, "outside_count": len(found)})


def _edited(
    request: SalonRequest, form_of: Any, page: Callable[..., HttpResponse], known: Callable[[Any], dict[str, Any]]
) -> HttpResponse | None:
    """The page of the form; None once it is saved."""
    policy = defaults.policy()
    if request.method != "POST":
        return page(request, form_of(policy=policy))
    form = form_of(request.POST, policy=policy)
    if not form.is_valid():
        return page(request, form, status=422)
    values = form.values()
    try:
        save(form, lambda version: offering.change_policy(values, by=request.member, version=version), known)
    except Clashed as clash:
        again = form_of(policy=defaults.policy(), shown=clash.shown)
        return page(request, again, status=409, **clash.context())
    return None


def _rules(request: SalonRequest, form: RulesForm, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "form": form,
        "tab": "rules",
        "to_review": to_review(visible_bookings(request.member)).count(),
        **more,
    }
    return render(request, PAGE, context, status=status)


def _hours(request: SalonRequest, form: SalonHoursForm, *, status: int = 200, **more: Any) -> HttpResponse:
    stays = outside(people_of(None), visible_bookings(request.member))
    context = {
        "form": form,
        "tab": "hours",
        "days": day_rows(None),
        "outside": stays[:SHOWN],
        "outside_count": len(stays),
        **more,
    }
    return render(request, HOURS, context, status=status)
