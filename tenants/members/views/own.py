"""/you/: what is a member's own, whatever their role: their salons, leaving this one, taking it over."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.access.guard import SalonRequest, members_only
from tenants.access.stepup import fresh
from tenants.members import ownership, people
from tenants.members.facts import holdings_of
from tenants.members.people import OutOfReach
from tenants.members.views.people import why_not
from tenants.salons.actions import LastOwner
from tenants.salons.hosts import enter_url, public_url
from tenants.salons.models import Salon

MOST_SHOWN = 12


@never_cache
@require_GET
@members_only
def salons(request: SalonRequest) -> HttpResponse:
    """For the person's menu: the other salons they work at, and what waits for them here."""
    mine = Salon.objects.filter(
        memberships__user_id=request.member.user_id, memberships__is_active=True, state=Salon.State.ACTIVE
    )
    others = list(mine.exclude(pk=request.salon.pk).order_by("name", "pk")[: MOST_SHOWN + 1])
    context = {
        "others": [(one, enter_url(one)) for one in others[:MOST_SHOWN]],
        "has_more": len(others) > MOST_SHOWN,
        "all_url": public_url("/accounts/salons/"),
        "offer": ownership.offer_to(request.salon, request.member),
    }
    return render(request, "members/switcher.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@members_only
def leave(request: SalonRequest) -> HttpResponse:
    """Go for good."""
    if request.method == "POST":
        try:
            people.leave(request.salon, request.member)
        except LastOwner as error:
            messages.error(request, why_not(error))
            return HttpResponseRedirect(request.path, status=303)
        return HttpResponseRedirect(public_url("/accounts/salons/"), status=303)
    return render(request, "members/leave.html", {"holdings": holdings_of(request.member)})


@never_cache
@require_http_methods(["GET", "POST"])
@members_only
@fresh
def ownership_offered(request: SalonRequest) -> HttpResponse:
    """The salon was offered to them; a POST accepts."""
    if request.method == "POST":
        try:
            ownership.accept(request.salon, by=request.member)
        except ownership.Gone:
            messages.error(request, _("There is no offer any more."))
            return HttpResponseRedirect(request.path, status=303)
        messages.success(request, _("The salon is yours now"))
        return HttpResponseRedirect("/", status=303)
    return render(request, "members/offered.html", {"offer": ownership.offer_to(request.salon, request.member)})


@require_POST
@members_only
def decline(request: SalonRequest) -> HttpResponse:
    """They do not want it."""
    try:
        ownership.end(request.salon, by=request.member)
    except (ownership.Gone, OutOfReach):
        messages.error(request, _("There is no offer any more."))
    else:
        messages.success(request, _("Declined: all stays as it is"))
    return HttpResponseRedirect("/", status=303)
