"""Which flow answers on a number when no trigger wants the message: a part of the number's page."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from channels_wa.numbers import actions
from channels_wa.numbers.queries import own_numbers
from flows.models import Flow
from flows.sharing import FLOW
from flows.triggers.startable import why_not_default
from portal.frame.toasts import add_toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.sharing.queries import closed_to


@require_http_methods(["GET", "POST"])
@allowed(Permission.NUMBERS_MANAGE, shared="number")
def of_number(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Show the choice, or take it."""
    number = get_object_or_404(own_numbers(), public_id=public_id)
    rows = Flow.objects.defer("draft").filter(published__isnull=False).order_by("name", "pk")
    closed = closed_to(request.member, FLOW) - {number.default_flow}
    flows = list(rows.exclude(public_id__in=closed))
    if request.method == "GET":
        return render(request, "flows/of_number.html", _context(public_id, number.default_flow, flows))
    given = request.POST.get("flow", "")
    chosen = next((flow for flow in flows if str(flow.public_id) == given), None)
    error = _("Choose one of the flows.") if given and chosen is None else why_not_default(chosen) if chosen else ""
    if error:
        context = {**_context(public_id, number.default_flow, flows), "error": error}
        return render(request, "flows/of_number.html", context, status=422)
    actions.change(number, by=request.member, default_flow=chosen.public_id if chosen else None)
    answer = render(request, "flows/of_number.html", _context(public_id, number.default_flow, flows))
    if chosen is None:
        return add_toast(answer, _("A person answers what no flow wants."))
    return add_toast(answer, _("%(flow)s answers what no other flow wants.") % {"flow": chosen.name})


def _context(public_id: UUID, chosen: UUID | None, flows: list[Flow]) -> dict[str, Any]:
    """Those that may answer; one that may not any more only where it is the chosen one, with the reason."""
    now = next((flow for flow in flows if flow.public_id == chosen), None)
    return {
        "number_public_id": public_id,
        "why_not": why_not_default(now) if now else "",
        "choices": [
            {"public_id": flow.public_id, "name": _named(flow), "is_chosen": flow is now}
            for flow in flows
            if flow is now or not why_not_default(flow)
        ],
    }


def _named(flow: Flow) -> str:
    if flow.archived_at is not None:
        return _("%(flow)s (archived)") % {"flow": flow.name}
    if flow.paused_at is not None:
        return _("%(flow)s (paused)") % {"flow": flow.name}
    return flow.name if flow.is_active else _("%(flow)s (switched off)") % {"flow": flow.name}
