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
from portal.frame.toasts import add_toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission


@require_http_methods(["GET", "POST"])
@allowed(Permission.NUMBERS_MANAGE)
def of_number(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Show the choice, or take it."""
    number = get_object_or_404(own_numbers(), public_id=public_id)
    flows = list(Flow.objects.filter(published__isnull=False).order_by("name", "pk"))
    if request.method == "GET":
        return render(request, "flows/of_number.html", _context(public_id, number.default_flow, flows))
    given = request.POST.get("flow", "")
    chosen = next((flow for flow in flows if str(flow.public_id) == given), None)
    if given and chosen is None:
        context = {**_context(public_id, number.default_flow, flows), "error": _("Choose one of the flows.")}
        return render(request, "flows/of_number.html", context, status=422)
    actions.change(number, by=request.member, default_flow=chosen.public_id if chosen else None)
    answer = render(request, "flows/of_number.html", _context(public_id, number.default_flow, flows))
    if chosen is None:
        return add_toast(answer, _("A person answers what no flow wants."))
    return add_toast(answer, _("%(flow)s answers what no other flow wants.") % {"flow": chosen.name})


def _context(public_id: UUID, chosen: UUID | None, flows: list[Flow]) -> dict[str, Any]:
    return {
        "number_public_id": public_id,
        "choices": [
            {
                "public_id": flow.public_id,
                "name": flow.name if flow.is_active else _("%(flow)s (switched off)") % {"flow": flow.name},
                "is_chosen": flow.public_id == chosen,
            }
            for flow in flows
        ],
    }
