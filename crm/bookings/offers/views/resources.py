"""Chairs, rooms and whatever else one guest at a time can have."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.bookings.actions import offering
from crm.bookings.models import PROFESSIONAL, Resource, Service
from crm.bookings.offers.acting import go, move, taken_up, told
from crm.bookings.offers.rules_form import ResourceForm, resource_known
from crm.bookings.offers.saving import Clashed, save
from crm.bookings.offers.service_form import known_kinds
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

LIST = "crm/bookings/offers/resources.html"
PAGE = "crm/bookings/offers/resource.html"


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def listed(request: SalonRequest) -> HttpResponse:
    """All of them by kind; and one more."""
    form = ResourceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = offering.create_resource(form.values(), by=request.member)
        except offering.TooMany:
            form.add_error(
                None,
                _("A salon has at most %(most)d professionals, chairs and rooms.") % {"most": offering.MOST_RESOURCES},
            )
        else:
            return go(request, reverse("resources:list"), _("%(name)s is there") % {"name": made.name})
    rows = list(things().order_by("order", "pk"))
    kinds: dict[str, list[Resource]] = {}
    for row in rows:
        if row.archived_at is None:
            kinds.setdefault(row.kind, []).append(row)
    needed = [
        (one, [kind for kind in one.needs if kind not in kinds])
        for one in Service.objects.filter(archived_at=None).exclude(needs=[]).order_by("order", "pk")
    ]
    context: dict[str, Any] = {
        "form": form,
        "kinds": [{"kind": kind, "rows": found} for kind, found in kinds.items()],
        "archived": [row for row in rows if row.archived_at is not None],
        "known_kinds": known_kinds(),
        "missing": [(one, lacking) for one, lacking in needed if lacking],
    }
    return render(request, LIST, context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def resource(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Another name or kind."""
    found = get_object_or_404(things(), public_id=public_id)
    form = ResourceForm(request.POST if request.method == "POST" else None, row=found)
    context: dict[str, Any] = {"form": form, "resource": found, "known_kinds": known_kinds()}
    if request.method != "POST":
        return render(request, PAGE, context)
    if not form.is_valid():
        return render(request, PAGE, context, status=422)
    seen = form.was_shown()
    try:
        save(
            form,
            lambda _version: offering.change(found, form.values(), by=request.member, seen=seen or None),
            resource_known,
        )
    except Clashed as clash:
        fresh = things().get(pk=found.pk)
        context |= {"form": ResourceForm(row=fresh, shown=clash.shown), "resource": fresh, **clash.context()}
        return render(request, PAGE, context, status=409)
    return go(request, reverse("resources:list"), _("Saved"))


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def archive(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Put it away."""
    found = offering.archive(get_object_or_404(things(), public_id=public_id), by=request.member)
    words = _("%(name)s is put away; visits that have it keep it.") % {"name": found.name}
    return told(request, words, undo_url=reverse("resources:restore", args=[public_id]))


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def restore(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Take it up again."""
    return taken_up(request, get_object_or_404(things(), public_id=public_id))


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def move_resource(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Up or down among those of its kind: the first that is free is taken."""
    found = get_object_or_404(things(), public_id=public_id)
    return move(request, found, things().filter(archived_at=None, kind=found.kind))


def things() -> QuerySet[Resource]:
    """All but professionals."""
    return Resource.objects.exclude(kind=PROFESSIONAL)
