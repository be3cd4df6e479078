"""The salon's time zone, and the visits that somebody should look at since it changed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.bookings.actions import zone
from crm.bookings.actions.states import items_of_many
from crm.bookings.models import Allocation, Booking, BookingMove
from crm.bookings.offers.acting import told
from crm.bookings.offers.links import booking_url
from crm.bookings.offers.rules_form import ZoneForm
from crm.bookings.rights import visible_bookings
from crm.contacts.names import name_of
from ops import clock
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.salons.actions import change_time_zone

PAGE = "crm/bookings/offers/zone.html"
REVIEW = "crm/bookings/offers/review.html"
SHOWN = 200


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def time_zone(request: SalonRequest) -> HttpResponse:
    """Which clock hangs on the wall. It is asked before it is changed: `sure`."""
    is_post = request.method == "POST"
    form = ZoneForm(request.POST if is_post else None, current=request.salon.time_zone)
    coming = Booking.objects.filter(state__in=zone.REVIEWED, ends_at__gt=clock.now()).count()
    context: dict[str, Any] = {"form": form, "coming": coming, "zone": request.salon.time_zone}
    if not is_post:
        return render(request, PAGE, context)
    if not form.is_valid():
        return render(request, PAGE, context, status=422)
    wanted = form.cleaned_data["zone"]
    if wanted != request.salon.time_zone and coming and "sure" not in request.POST:
        return render(request, PAGE, context | {"asked": wanted})
    change_time_zone(request.salon, wanted, by=request.member)
    count = zone.to_review(visible_bookings(request.member)).count()
    messages.success(request, _("The salon's clocks show the time of %(zone)s now.") % {"zone": wanted})
    to = "booking_settings:review" if count else "booking_settings:rules"
    return HttpResponseRedirect(reverse(to), status=303)


@require_GET
@allowed(Permission.BOOKINGS_SEE)
def review(request: SalonRequest) -> HttpResponse:
    """The visits to look at."""
    found = zone.to_review(visible_bookings(request.member)).select_related("contact")
    rows = list(found[:SHOWN])
    keys = [one.pk for one in rows]
    items = items_of_many(keys)
    reasons = dict(
        BookingMove.objects.filter(booking__in=keys, what="zone_changed").order_by("pk").values_list(
            "booking_id", "reason"
        )
    )  # fmt: skip
    loose = set(
        Allocation.objects.filter(item__booking__in=keys, blocks=False).values_list("item__booking_id", flat=True)
    )
    context = {
        "rows": [
            {
                "booking": one,
                "guest": one.guest_name or (name_of(one.contact) if one.contact else _("Walk-in")),
                "items": items[one.pk],
                "zones": reasons.get(one.pk, ""),
                "is_loose": one.pk in loose,
                "url": booking_url(one),
            }
            for one in rows
        ],
        "count": found.count(),
        "may_edit": request.member.may(Permission.BOOKINGS_EDIT),
    }
    return render(request, REVIEW, context)


@require_POST
@allowed(Permission.BOOKINGS_EDIT)
def looked_at(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """It is right as it is."""
    found = get_object_or_404(visible_bookings(request.member), public_id=public_id)
    zone.looked_at(Booking.objects.filter(pk=found.pk), by=request.member)
    return told(request, _("Looked at"), undo_url=reverse("booking_settings:look_again", args=[public_id]))


@require_POST
@allowed(Permission.BOOKINGS_EDIT)
def look_again(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """It is on the list again."""
    zone.look_again(get_object_or_404(visible_bookings(request.member), public_id=public_id), by=request.member)
    return told(request, _("It is on the list again"))


@require_POST
@allowed(Permission.BOOKINGS_EDIT)
def looked_at_all(request: SalonRequest) -> HttpResponse:
    """All that one may see are right."""
    mine = Booking.objects.filter(pk__in=visible_bookings(request.member).values("pk"))
    count = zone.looked_at(zone.to_review(mine), by=request.member)
    return told(request, ngettext("%(count)d visit looked at", "%(count)d visits looked at", count) % {"count": count})
