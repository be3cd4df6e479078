"""The numbers of a flow as a part of its page: for the canvas and as a table; as JSON for programs."""

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from flows.console.counts import numbers_of, span_from
from flows.models import Flow, FlowVersion
from flows.sharing import check_runs
from ops import clock
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

BUTTONS = {"1": gettext_lazy("Today"), "7": gettext_lazy("7 days"), "30": gettext_lazy("30 days")}
NEWEST_VERSIONS = 50


@require_GET
@allowed(Permission.EXECUTIONS_SEE, shared="flow")
def counts(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """?days=1|7|30 or ?from=&to= (days of the salon), ?version= (empty: all)."""
    check_runs(request.member)
    flow = get_object_or_404(Flow.objects.defer("draft"), public_id=public_id)
    versions = list(FlowVersion.objects.filter(flow=flow).defer("graph").order_by("-number")[:NEWEST_VERSIONS])
    chosen = next((one for one in versions if str(one.pk) == request.GET.get("version", "")), None)
    today = timezone.localtime(clock.now()).date()
    span = span_from(request.GET.get("from", ""), request.GET.get("to", ""), request.GET.get("days", ""), today=today)
    numbers = numbers_of(flow, span, chosen)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(numbers.to_json())
    context = {
        "flow": flow,
        "numbers": numbers,
        "canvas": {
            **numbers.for_canvas(),
            # The canvas goes on counting by itself what arrives from now on.
            "live": span.until >= today,
            "version": str(chosen.pk) if chosen else "",
        },
        "span": span,
        "url": reverse("flows:counts", args=[flow.public_id]),
        "buttons": [{"days": days, "label": label, "is_here": days == span.days} for days, label in BUTTONS.items()],
        "versions": [{"pk": one.pk, "number": one.number, "is_chosen": one == chosen} for one in versions],
        "caption": _("How many came to each step, went on, wait there now, and ended there"),
    }
    return render(request, "flows/console/numbers.html", context)
