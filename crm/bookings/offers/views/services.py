"""Services and their categories."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.bookings.actions import arranging, doing, offering
from crm.bookings.models import ProfessionalService, Service, ServiceCategory
from crm.bookings.offers.acting import go, move, put_away, taken_up, told
from crm.bookings.offers.parts import time_words
from crm.bookings.offers.rules_form import CategoryForm
from crm.bookings.offers.saving import Clashed, save
from crm.bookings.offers.service_form import ServiceForm, headings, known_kinds, known_of
from crm.deals.defaults import currency as salon_currency
from portal.frame import money
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

LIST = "crm/bookings/offers/services.html"
PAGE = "crm/bookings/offers/service.html"


@require_GET
@allowed(Permission.BOOKINGS_SEE)
def listed(request: SalonRequest) -> HttpResponse:
    """All of them by category, those that are put away apart."""
    services = list(Service.objects.select_related("category").order_by("order", "pk"))
    names, kinds = _doers(), set(known_kinds())
    live = [_row(one, names, kinds) for one in services if one.archived_at is None]
    categories = list(ServiceCategory.objects.filter(archived_at=None).order_by("order", "pk"))
    groups: list[dict[str, Any]] = [
        {"category": one, "rows": [row for row in live if row["service"].category_id == one.pk]} for one in categories
    ]
    known = {one.pk for one in categories}
    rest = [row for row in live if row["service"].category_id not in known]
    may_edit = request.member.may(Permission.SERVICES_MANAGE)
    context = {
        "groups": [group for group in groups if group["rows"] or may_edit],
        "rest": rest,
        "archived": [_row(one, names, kinds) for one in services if one.archived_at is not None],
        "archived_categories": ServiceCategory.objects.exclude(archived_at=None).order_by("name", "pk"),
        "is_empty": not live,
        "may_edit": may_edit,
    }
    return render(request, LIST, context)


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def new(request: SalonRequest) -> HttpResponse:
    """A service more."""
    currency = salon_currency()
    form = ServiceForm(request.POST if request.method == "POST" else None, service=None, currency=currency)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                made = doing.save(None, form.columns(by=request.member), form.doers(), by=request.member)
        except offering.TooMany:
            form.add_error(
                None, _("A salon has at most %(most)d services. Put some away.") % {"most": offering.MOST_SERVICES}
            )
        else:
            words = _("%(name)s can be booked now") if form.doers() else _("%(name)s is written; say who does it")
            return go(request, reverse("services:list"), words % {"name": made.name})
    return _page(request, form, None, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def service(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """One service, and who does it."""
    found = get_object_or_404(Service.objects.select_related("category"), public_id=public_id)
    if request.method != "POST":
        return _page(request, ServiceForm(service=found, currency=found.currency), found)
    form = ServiceForm(request.POST, service=found, currency=found.currency)
    if not form.is_valid():
        return _page(request, form, found, status=422)
    try:
        # With a category that is new, or nothing at all.
        with transaction.atomic():
            columns, who = form.columns(by=request.member), form.doers()
            save(
                form,
                lambda version: doing.save(found, columns, who, by=request.member, version=version),
                lambda row: known_of(Service.objects.select_related("category").get(pk=row.pk)),
            )
    except Clashed as clash:
        fresh = Service.objects.select_related("category").get(pk=found.pk)
        again = ServiceForm(service=fresh, currency=fresh.currency, shown=clash.shown)
        return _page(request, again, fresh, status=409, **clash.context())
    return go(request, reverse("services:service", args=[public_id]), _("Saved"))


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def archive(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Put it away."""
    found = get_object_or_404(Service, public_id=public_id)
    return put_away(request, found, item="service", back="services:restore")


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def restore(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Take it up again."""
    return taken_up(request, get_object_or_404(Service, public_id=public_id))


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def move_service(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Up or down among those of its category."""
    found = get_object_or_404(Service, public_id=public_id)
    among = Service.objects.filter(archived_at=None)
    if found.category_id and ServiceCategory.objects.filter(pk=found.category_id, archived_at=None).exists():
        return move(request, found, among.filter(category=found.category_id))
    # Under no heading stand those of a heading that is put away, too.
    return move(request, found, among.exclude(category__in=ServiceCategory.objects.filter(archived_at=None)))


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def new_category(request: SalonRequest) -> HttpResponse:
    """A heading more; services come under it on their own pages."""
    form = CategoryForm(request.POST)
    if not form.is_valid():
        return told(request, _("Write a name of at most 80 letters."), status=422)
    offering.category(form.cleaned_data["name"], by=request.member)
    return told(request, _("The category %(name)s is there.") % {"name": form.cleaned_data["name"]})


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def rename_category(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Another name for a heading."""
    found = get_object_or_404(ServiceCategory, public_id=public_id)
    form = CategoryForm(request.POST)
    if not form.is_valid():
        return told(request, _("Write a name of at most 80 letters."), status=422)
    try:
        arranging.rename_category(
            found, form.cleaned_data["name"], by=request.member, seen=request.POST.get("seen", found.name)
        )
    except arranging.NameTaken:
        return told(request, _("Another category has this name."), status=409)
    except offering.Stale as stale:
        words = _("Somebody else called it %(name)s meanwhile. Look, and try again.") % {"name": stale.row.name}
        return told(request, words, status=409)
    return told(request, _("Saved"))


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def move_category(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Up or down."""
    found = get_object_or_404(ServiceCategory, public_id=public_id)
    return move(request, found, ServiceCategory.objects.filter(archived_at=None))


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def archive_category(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Put a heading away; its services stay."""
    found = arranging.put_category(
        get_object_or_404(ServiceCategory, public_id=public_id), away=True, by=request.member
    )
    words = _("The category %(name)s is put away; its services stay.") % {"name": found.name}
    return told(request, words, undo_url=reverse("services:restore_category", args=[public_id]))


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def restore_category(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Take it up again."""
    found = arranging.put_category(
        get_object_or_404(ServiceCategory, public_id=public_id), away=False, by=request.member
    )
    return told(request, _("The category %(name)s is there again.") % {"name": found.name})


def _page(
    request: SalonRequest, form: ServiceForm, found: Service | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    kinds = set(known_kinds())
    context = {
        "form": form,
        "service": found,
        "headings": headings(),
        "has_kinds": bool(kinds),
        "missing": _missing(found, kinds) if found else [],
        **more,
    }
    return render(request, PAGE, context, status=status)


def _doers() -> dict[int, list[str]]:
    """The names of who does what, by service."""
    found: dict[int, list[str]] = {}
    rows = ProfessionalService.objects.filter(professional__archived_at=None).order_by(
        "professional__order", "professional_id"
    )
    for service_id, name in rows.values_list("service_id", "professional__name"):
        found.setdefault(service_id, []).append(name)
    return found


def _row(one: Service, names: dict[int, list[str]], kinds: set[str]) -> dict[str, Any]:
    return {
        "service": one,
        "time": time_words(one.segments),
        "minutes": one.minutes,
        "price": money.shown(one.price_minor, one.currency),
        "who": names.get(one.pk, []),
        "missing": _missing(one, kinds),
    }


def _missing(one: Service, kinds: set[str]) -> list[str]:
    """Kinds of things that it takes and the salon does not have: nobody can book it."""
    return [kind for kind in one.needs if kind not in kinds]
