"""What the builder page shows of a flow."""

from typing import Any

from flows.actions.drafts import drawing_of
from flows.builder.palette import palette
from flows.console.drawing import canvas_words, described, for_canvas
from flows.console.views import path_of
from flows.models import Flow, FlowExecution
from flows.templates_used import unusable_of
from tenants.access.guard import SalonRequest
from tenants.access.roles import Permission

JSON = dict[str, Any]


def page_of(request: SalonRequest, flow: Flow) -> JSON:
    """All that the page needs besides the console."""
    graph = drawing_of(flow)
    steps = described(graph)
    newest = FlowExecution.objects.filter(flow=flow, version=flow.published).order_by("-pk").first()
    may_edit = request.member.may(Permission.FLOWS_EDIT) and flow.archived_at is None
    return {
        "flow": flow,
        "may_edit": may_edit,
        "graph": graph,
        "described": for_canvas(steps),
        "words": canvas_words(),
        "path": path_of(newest),
        "counts": {},
        "outline": list(steps.values()),
        "palette": palette() if may_edit else [],
        "unusable": ", ".join(unusable_of([graph])[0]),
    }
