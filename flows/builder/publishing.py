"""The dialog that comes before guests meet a drawing: what changed, what is wrong, how the tests went."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from flows import actions
from flows.builder.differences import compare
from flows.builder.drawn import Drawn
from flows.builder.loading import load
from flows.builder.page import state_of
from flows.graph import GraphError
from flows.models import Flow
from flows.simulator.publishing import check
from flows.triggers.conflicts import conflicts_of
from portal.frame.toasts import add_toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

JSON = dict[str, Any]


@require_http_methods(["GET", "POST"])
@allowed(Permission.FLOWS_EDIT, shared="flow")
def publish(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Show what would be published, or publish it."""
    flow = load(public_id)
    if request.method == "GET":
        return render(request, "flows/builder/publish.html", _context(flow))
    given = request.POST.get("revision", "")
    revision = int(given) if given.isdecimal() and len(given) < 10 else -1
    note = request.POST.get("note", "")
    try:
        version = actions.publish_draft(flow, by=request.member, revision=revision, note=note)
    except GraphError:
        return _refused(request, flow, _("It has problems that guests must not meet."), note)
    except actions.TestsFailed:
        return _refused(request, flow, _("A test of the flow fails."), note)
    except actions.Stale as stale:
        words = _("%(name)s changed the flow meanwhile. Look at it again.")
        return _refused(request, load(public_id), words % {"name": stale.by or _("Somebody")}, note)
    except actions.NothingToPublish:
        return _refused(request, flow, _("There is nothing new to publish."), note)
    except actions.Archived:
        return _refused(request, flow, _("This flow was archived."), note)
    published = load(public_id)
    answer = render(
        request,
        "flows/builder/published.html",
        {"flow": published, "state": state_of(published), "may_edit": True},
    )
    answer["HX-Trigger"] = json.dumps({"flow:published": {"version": version.number}})
    return add_toast(answer, _("Version %(number)s is what guests meet from now on.") % {"number": version.number})


def _refused(request: SalonRequest, flow: Flow, why: str, note: str) -> HttpResponse:
    return render(request, "flows/builder/publish.html", {**_context(flow), "why": why, "note": note}, status=422)


def _context(flow: Flow) -> JSON:
    drawn = Drawn(flow)
    graph = drawn.graph
    tests = list(flow.tests.filter(is_on=True).order_by("pk"))
    failed = check(flow, graph) if tests and not drawn.errors else []
    published = flow.published.graph if flow.published else None
    difference = compare(published, graph) if published else None
    return {
        "flow": flow,
        "drawn": drawn,
        "is_first": flow.published is None,
        "changes": difference.sentences(most=20) if difference else [],
        "is_same": difference is not None and difference.is_empty,
        "tests": len(tests),
        "failed": failed,
        "conflicts": conflicts_of(flow, graph),
        "is_blocked": bool(drawn.errors or failed) or (difference is not None and difference.is_empty),
    }
