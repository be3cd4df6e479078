"""Use by day, of one kind at a time."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from billing.metering.kinds import GAUGES, Kind
from billing.metering.periods import period_of
from billing.metering.totals import by_day
from billing.pages import chart, meters, standing
from billing.plans.names import LIMITS
from ops import clock
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

DAYS = {"30": 30, "90": 90}
INSTANT = timedelta(microseconds=1)


@never_cache
@require_GET
@allowed(Permission.BILLING_SEE)
def usage(request: SalonRequest) -> HttpResponse:
    """A chart and the same as a table: of this period, or of so many days."""
    now, row = clock.now(), standing.row_of(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in LIMITS else str(Kind.MESSAGES)
    period, span = period_of(request.salon.pk, now), request.GET.get("days", "")
    today = timezone.localtime(now).date()
    first, last = timezone.localtime(period.starts_at).date(), timezone.localtime(period.ends_at - INSTANT).date()
    if span in DAYS:
        first, last = today - timedelta(days=DAYS[span] - 1), today
    values = by_day(request.salon.pk, kind, first, today)
    context = {
        "tab": "usage",
        "kinds": list(LIMITS.items()),
        "kind": kind,
        "label": LIMITS[kind],
        "span": span if span in DAYS else "",
        "spans": [("", _("This period")), *((days, _("%(days)s days") % {"days": days}) for days in DAYS)],
        "meter": None if kind in GAUGES else meters.meter(row, kind, now),
        "chart": chart.drawn(values, first, last),
        "total": "" if kind in GAUGES else meters.number(sum(values.values())),
        "first": first,
        "last": last,
    }
    return render(request, "billing/usage.html", context)
