"""What the builder page shows of a flow."""

from typing import Any

from flows.builder.drawn import Drawn
from flows.builder.palette import first_steps, groups
from flows.console.drawing import canvas_words
from flows.console.views import path_of
from flows.models import Flow, FlowExecution
from flows.runtime.budget import paused_words
from flows.sharing import FLOW
from flows.templates_used import unusable_of
from flows.triggers.startable import default_on
from tenants.access.guard import SalonRequest
from tenants.access.roles import Permission
from tenants.sharing.queries import may_on
from tenants.sharing.rights import Right

JSON = dict[str, Any]


def may_edit(request: SalonRequest, flow: Flow) -> bool:
    """Whether this person may change this flow."""
    return may_on(request.member, FLOW, flow.public_id, Right.EDIT) and flow.archived_at is None


def state_of(flow: Flow) -> JSON:
    """Where it stands between draft and published, for the tool bar."""
    return {
        "version": flow.published.number if flow.published else None,
        "has_changes": flow.draft is not None and (flow.published is None or flow.draft != flow.published.graph),
        "is_on": flow.is_active,
        "paused": paused_words(flow),
        "is_archived": flow.archived_at is not None,
    }


def page_of(request: SalonRequest, flow: Flow) -> JSON:
    """All that the page needs besides the console."""
    drawn = Drawn(flow)
    newest = FlowExecution.objects.filter(flow=flow, version=flow.published).order_by("-pk").first()
    can_edit = may_edit(request, flow)
    return {
        "flow": flow,
        "state": state_of(flow),
        "may_edit": can_edit,
        "may_copy": request.member.may(Permission.FLOWS_EDIT),
        "may_change": may_on(request.member, FLOW, flow.public_id, Right.EDIT),
        "may_delete": may_on(request.member, FLOW, flow.public_id, Right.DELETE),
        "default_on": ", ".join(default_on(flow)),
        "drawn": drawn,
        "graph": drawn.graph,
        "described": drawn.described,
        "problems": drawn.problems,
        "words": canvas_words(),
        "path": path_of(newest),
        "counts": {},
        "palette": groups() if can_edit else [],
        "first_steps": first_steps() if can_edit else [],
        "unusable": ", ".join(unusable_of([drawn.graph])[0]),
    }
