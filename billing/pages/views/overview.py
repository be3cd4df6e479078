"""The first page: the plan, how it stands, what is used, and what comes."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from billing.metering.periods import period_of
from billing.pages import meters, standing
from ops import clock
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission


@never_cache
@require_GET
@allowed(Permission.BILLING_SEE)
def overview(request: SalonRequest) -> HttpResponse:
    """From sums alone; nobody outside is asked."""
    now, row = clock.now(), standing.row_of(request)
    context = {
        "tab": "overview",
        "standing": standing.of(row, now),
        "meters": meters.meters(row, now),
        "period": period_of(request.salon.pk, now),
        "may_manage": request.member.may(Permission.BILLING_MANAGE),
    }
    return render(request, "billing/overview.html", context)
