"""The list of flows, and the page a flow is drawn on."""

from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from flows.builder.loading import load
from flows.builder.page import page_of
from flows.console.drawing import trigger_words
from flows.console.views import console_of
from flows.models import Flow, FlowExecution
from flows.templates_used import unusable_of
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission


@require_GET
@allowed(Permission.FLOWS_SEE)
def flows(request: SalonRequest) -> HttpResponse:
    """All flows of the salon."""
    # One look per flow into the index by flow, however many runs there are.
    newest = FlowExecution.objects.filter(flow=OuterRef("pk")).order_by("-pk").values("started_at")[:1]
    found = list(Flow.objects.select_related("published").annotate(last_run_at=Subquery(newest)).order_by("name", "pk"))
    unusable = unusable_of(flow.published.graph if flow.published else {} for flow in found)
    rows = [
        {
            "public_id": flow.public_id,
            "name": flow.name,
            "is_on": flow.is_active and flow.published is not None,
            "version": flow.published.number if flow.published else None,
            "trigger_words": trigger_words(flow.published.graph) if flow.published else _("Not published yet"),
            "last_run_at": flow.last_run_at,
            "unusable": ", ".join(templates),
        }
        for flow, templates in zip(found, unusable, strict=True)
    ]
    return render(request, "flows/list.html", {"flows": rows})


@require_GET
@allowed(Permission.FLOWS_SEE)
def flow(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The builder: the drawing that is being worked on, and the console of all its runs."""
    found = load(public_id)
    return render(request, "flows/builder/page.html", {**console_of(request, found), **page_of(request, found)})
