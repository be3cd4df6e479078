"""The runs of a flow, one run, the runs with one contact; and the console, which also stands below the builder."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.contacts.models import Contact
from flows.console.drawing import canvas_words, described, for_canvas
from flows.console.rows import STATUSES, runs_of, steps_of
from flows.models import Flow, FlowExecution, FlowStep
from portal.frame.keyset import by_id, is_fragment
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

STEPS_A_PAGE = 50
RUNS_OF_A_CONTACT = 20


@require_GET
@allowed(Permission.EXECUTIONS_SEE)
def executions(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The runs of a flow, newest first; a fragment is a page of it."""
    found = get_object_or_404(Flow, public_id=public_id)
    status, before = request.GET.get("status", ""), request.GET.get("before", "")
    rows = FlowExecution.objects.filter(flow=found).select_related("flow")
    if status in STATUSES:
        rows = rows.filter(status=status)
    page = by_id(rows, before=before)
    url = reverse("flows:executions", args=[found.public_id])
    context = {
        "flow": found,
        "runs": runs_of(page.rows),
        "next_url": page.next_url(url, status=status),
        "is_next": bool(before),
        "filters": [
            {"label": label, "url": f"{url}?status={name}" if name else url, "is_here": name == status}
            for name, label in [("", _("All")), *((name, words) for name, (words, _tone) in STATUSES.items())]
        ],
    }
    return render(request, "flows/executions.html#page" if is_fragment(request) else "flows/executions.html", context)


@require_GET
@allowed(Permission.EXECUTIONS_SEE)
def execution(request: SalonRequest, public_id: UUID, execution_id: UUID) -> HttpResponse:
    """One run: its path through the version it is pinned to, and its steps."""
    found = get_object_or_404(
        FlowExecution.objects.select_related("flow", "version"), public_id=execution_id, flow__public_id=public_id
    )
    return _run_page(request, found)


@require_GET
@allowed(Permission.EXECUTIONS_SEE)
def contact_runs(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The newest runs with one contact: a part of their page, which stands in a layer below and cannot ask for it."""
    rows = FlowExecution.objects.filter(contact_id=get_object_or_404(Contact, public_id=public_id).pk)
    runs = runs_of(list(rows.select_related("flow").order_by("-pk")[:RUNS_OF_A_CONTACT]))
    return render(request, "flows/contact_runs.html", {"runs": runs})


def console_of(request: SalonRequest, flow: Flow, run: FlowExecution | None = None) -> dict[str, Any]:
    """The console of a flow, or of one of its runs: the newest steps, and where news of more come from."""
    steps = FlowStep.objects.filter(execution=run) if run else FlowStep.objects.filter(flow_id=flow.pk)
    page = by_id(steps.select_related("execution__flow"), before=request.GET.get("before", ""), size=STEPS_A_PAGE)
    own = _url(flow, run)
    return {
        "steps": steps_of(page.rows),
        "older_url": page.next_url(own, part="steps"),
        "execution": run,
        "live_path": f"/ws/flows/{flow.public_id}/console/" + (f"?execution={run.public_id}" if run else ""),
        "last_seq": page.rows[0].pk if page.rows else 0,
        "console_url": f"{own}?part=steps",
    }


def path_of(run: FlowExecution | None) -> dict[str, Any]:
    """Where a run went, for the canvas to light up."""
    if run is None:
        return {"nodes": [], "edges": [], "current": None, "execution": None}
    steps = list(run.steps.order_by("seq").values_list("node", "edge"))
    is_active = run.status in (FlowExecution.Status.RUNNING, FlowExecution.Status.WAITING)
    return {
        "nodes": sorted({node for node, _edge in steps}),
        "edges": sorted({edge for _node, edge in steps if edge}),
        "current": steps[-1][0] if steps and is_active else None,
        "execution": str(run.public_id),
    }


def _run_page(request: SalonRequest, run: FlowExecution) -> HttpResponse:
    flow, version = run.flow, run.version
    context = console_of(request, flow, run)
    if request.GET.get("part") == "steps":
        return render(request, "flows/steps.html", context)
    drawn = described(version.graph)
    context |= {
        "flow": {"public_id": flow.public_id, "name": flow.name, "version": version.number},
        "execution": runs_of([run])[0],
        "graph": version.graph,
        "described": for_canvas(drawn),
        "outline": list(drawn.values()),
        "words": canvas_words(),
        "path": path_of(run),
    }
    return render(request, "flows/flow.html", context)


def _url(flow: Flow, run: FlowExecution | None) -> str:
    if run:
        return reverse("flows:execution", args=[flow.public_id, run.public_id])
    return reverse("flows:flow", args=[flow.public_id])
