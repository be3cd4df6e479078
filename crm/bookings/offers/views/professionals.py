"""Professionals: who they are and what they do."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.bookings.actions import offering
from crm.bookings.feeds.views import card
from crm.bookings.models import Professional
from crm.bookings.offers.acting import go, move, put_away, taken_up
from crm.bookings.offers.outside import SHOWN, outside
from crm.bookings.offers.person_form import ProfessionalForm, known_of
from crm.bookings.offers.saving import Clashed, save
from crm.bookings.offers.today import today
from crm.bookings.rights import visible_bookings, visible_professionals
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

LIST = "crm/bookings/offers/professionals.html"
PAGE = "crm/bookings/offers/professional.html"


@require_GET
@allowed(Permission.BOOKINGS_SEE)
def listed(request: SalonRequest) -> HttpResponse:
    """All whose calendar one may see, with their day; those that are put away apart."""
    people = list(visible_professionals(request.member).select_related("member").order_by("order", "pk"))
    days = today([one.pk for one in people if one.archived_at is None])
    context = {
        "rows": [{"person": one, "today": days.get(one.pk)} for one in people if one.archived_at is None],
        "archived": [one for one in people if one.archived_at is not None],
        "may_edit": request.member.may(Permission.SERVICES_MANAGE),
    }
    return render(request, LIST, context)


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def new(request: SalonRequest) -> HttpResponse:
    """A professional more; they begin with the salon's hours."""
    form = ProfessionalForm(request.POST if request.method == "POST" else None, person=None)
    if request.method == "POST" and form.is_valid():
        try:
            made = offering.create_professional(form.columns(), by=request.member, offers=form.offers(None))
        except offering.TooMany:
            form.add_error(
                None,
                _("A salon has at most %(most)d professionals, chairs and rooms.") % {"most": offering.MOST_RESOURCES},
            )
        else:
            words = _("%(name)s is there, with the salon's hours. Set their own below.") % {"name": made.name}
            return go(request, reverse("professionals:hours", args=[made.public_id]), words)
    return _page(request, form, None, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def professional(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Profile and services."""
    found = get_object_or_404(Professional.objects.select_related("member"), public_id=public_id)
    if request.method != "POST":
        return _page(request, ProfessionalForm(person=found), found)
    form = ProfessionalForm(request.POST, person=found)
    if not form.is_valid():
        return _page(request, form, found, status=422)
    columns, offers = form.columns(), form.offers(found)
    try:
        save(
            form,
            lambda version: offering.change(found, columns, by=request.member, version=version, offers=offers),
            known_of,
        )
    except Clashed as clash:
        fresh = Professional.objects.select_related("member").get(pk=found.pk)
        again = ProfessionalForm(person=fresh, shown=clash.shown)
        return _page(request, again, fresh, status=409, **clash.context())
    return go(request, reverse("professionals:professional", args=[public_id]), _("Saved"))


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def archive(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Put them away."""
    found = get_object_or_404(Professional, public_id=public_id)
    return put_away(request, found, item="professional", back="professionals:restore")


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def restore(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Take them up again."""
    return taken_up(request, get_object_or_404(Professional, public_id=public_id))


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def move_professional(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Up or down: columns of the calendar stand in this order."""
    found = get_object_or_404(Professional, public_id=public_id)
    return move(request, found, Professional.objects.filter(archived_at=None))


def _page(
    request: SalonRequest, form: ProfessionalForm, found: Professional | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    stays = outside([found.pk], visible_bookings(request.member)) if found and found.archived_at else []
    context = {
        "form": form,
        "person": found,
        "tab": "profile",
        "outside": stays[:SHOWN],
        "outside_count": len(stays),
        **(card(found) if found and not found.archived_at else {}),
        **more,
    }
    return render(request, PAGE, context, status=status)
