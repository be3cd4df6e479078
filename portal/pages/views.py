"""The first page, and the index of settings."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crm.inbox.phone import phone_url
from ops import clock
from portal.frame.navigation import settings_for
from portal.pages import home as today
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission


@require_GET
@allowed(Permission.HOME_SEE)
def home(request: SalonRequest) -> HttpResponse:
    """What happened today and what waits for someone."""
    now = clock.now()
    with_flows = request.member.may(Permission.EXECUTIONS_SEE)
    context = {
        "greeting": today.greeting(request.member.name, now=now),
        "tiles": today.tiles(request.member, now=now, with_flows=with_flows),
        "waiting": today.waiting(request.member),
        "runs": today.newest_runs(request.member) if with_flows else None,
        "numbers": today.numbers(request.salon.pk, request.member),
        "phone_url": phone_url(),
    }
    return render(request, "portal/home.html", context)


@require_GET
@allowed(Permission.SETTINGS_SEE)
def settings(request: SalonRequest) -> HttpResponse:
    """What can be set, as far as this person may."""
    found = settings_for(lambda permission: request.member.may(Permission(permission)), request.member.was_given)
    return render(request, "portal/settings.html", {"settings": found})
