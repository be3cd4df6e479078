"""What the salon's talking costs, beside what its visits bring, by the month."""

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import formats, timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from billing.pages import spending
from ops import clock
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

MONTHS = 12


@never_cache
@require_GET
@allowed(Permission.BILLING_SEE)
def costs(request: SalonRequest) -> HttpResponse:
    """One month; this one, if none is said."""
    today = timezone.localtime(clock.now()).date()
    months = _months(today)
    asked = request.GET.get("month", "")
    first = next((one for one in months if f"{one:%Y-%m}" == asked), months[0])
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    context = {
        "tab": "costs",
        "bill": spending.month(request.salon, first, last),
        "months": [(f"{one:%Y-%m}", formats.date_format(one, "YEAR_MONTH_FORMAT")) for one in months],
        "month": f"{first:%Y-%m}",
        "first": first,
    }
    return render(request, "billing/costs.html", context)


def _months(today: date) -> list[date]:
    """The first days of this one and those before, newest first."""
    found = [today.replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found
