"""/settings/people/ownership/: an owner hands the salon over."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.access.guard import SalonRequest, allowed
from tenants.access.membership import rights_in
from tenants.access.roles import NO_RIGHTS, Permission
from tenants.access.stepup import fresh
from tenants.members import ownership
from tenants.members.models import Member
from tenants.members.people import OutOfReach, Unknown
from tenants.members.views.people import why_not


@never_cache
@require_http_methods(["GET", "POST"])
@allowed(Permission.SALON_MANAGE)
@fresh
def transfer(request: SalonRequest) -> HttpResponse:
    """To whom; nothing changes until they accept."""
    held = rights_in(request.salon.pk)
    people = [
        one
        for one in Member.objects.filter(is_active=True, user_id__in=list(held)).order_by("name", "pk")
        if not held.get(one.user_id, NO_RIGHTS).may(Permission.SALON_MANAGE)
    ]
    error, chosen = "", request.POST.get("member", "")
    if request.method == "POST":
        to = next((one for one in people if str(one.public_id) == chosen), None)
        if to is None:
            error = _("Choose one of the salon's people.")
        else:
            try:
                ownership.offer(request.salon, to, by=request.member)
            except ownership.Waiting:
                error = _("Somebody was asked already: withdraw that first.")
            except (OutOfReach, Unknown) as refused:
                error = why_not(refused)
            else:
                messages.success(
                    request, _("%(name)s was asked; until they accept, all stays as it is") % {"name": to.name}
                )
                return HttpResponseRedirect(reverse("people:list"), status=303)
    context = {"people": people, "offer": ownership.offer_of(request.salon), "error": error, "chosen": chosen}
    return render(request, "members/ownership.html", context, status=422 if error else 200)


@require_POST
@allowed(Permission.SALON_MANAGE)
def withdraw(request: SalonRequest) -> HttpResponse:
    """All stays as it is."""
    try:
        ownership.end(request.salon, by=request.member)
    except (ownership.Gone, OutOfReach):
        messages.error(request, _("There is no offer any more."))
    else:
        messages.success(request, _("Withdrawn: all stays as it is"))
    return HttpResponseRedirect(reverse("people:list"), status=303)
