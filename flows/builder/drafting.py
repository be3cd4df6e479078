"""Saving the draft as it is drawn, and reading what somebody else has saved."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from flows import actions
from flows.actions.drafts import drawing_of
from flows.builder.differences import compare
from flows.builder.drawn import Drawn
from flows.builder.loading import load
from flows.builder.page import may_edit, state_of
from flows.graph import GraphError
from flows.models import Flow, FlowRevision
from flows.sharing import unseen_in
from ops import untrusted
from portal.frame import moments
from portal.frame.toasts import toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

JSON = dict[str, Any]


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def draft(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Save: {"revision", "graph", "outline"?} → 200 with the drawing in words, 409 with what the other one changed."""
    flow = load(public_id)
    given = _read(request)
    if given is None:
        problem = {"node": "", "field": "", "message": _("This is no drawing."), "hint": "", "level": "error"}
        return JsonResponse({"problems": [problem]}, status=422)
    if unseen := unseen_in(request.member, given["graph"], drawing_of(flow)):
        return JsonResponse({"problems": [{**one.to_json(), "level": "error"} for one in unseen]}, status=422)
    try:
        revision = actions.save_draft(flow, given["graph"], given["revision"], by=request.member)
    except GraphError as error:
        problems = [{**one.to_json(), "level": "error"} for one in error.problems]
        return JsonResponse({"problems": problems}, status=422)
    except actions.Stale as stale:
        return JsonResponse(_stale(request, stale), status=409)
    except actions.Archived:
        return JsonResponse({"message": _("This flow was archived.")}, status=403)
    saved = load(public_id)
    if saved.draft_revision != revision:  # one more was saved since: theirs is told by the socket
        saved.draft_revision, saved.draft = revision, given["graph"]
    return JsonResponse(_answer(request, saved, with_outline=bool(given.get("outline"))))


@require_GET
@allowed(Permission.FLOWS_SEE, shared="flow")
def drawing(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The drawing as it is now; `?since=` a revision: with what changed from there on, in words."""
    flow = load(public_id)
    answer = _answer(request, flow, with_outline=True)
    return JsonResponse(answer | {"graph": drawing_of(flow), "changes": _changes(flow, request.GET.get("since", ""))})


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def discard(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Back to what is published."""
    return _go_back(request, load(public_id), lambda flow, seen: actions.discard_draft(flow, seen, by=request.member))


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def revert(request: SalonRequest, public_id: UUID, number: int) -> HttpResponse:
    """Back to an earlier save of the draft."""
    return _go_back(request, load(public_id), lambda flow, seen: actions.revert(flow, number, seen, by=request.member))


def _go_back(request: SalonRequest, flow: Flow, act: Any) -> HttpResponse:
    seen = request.POST.get("revision", "")
    try:
        act(flow, int(seen) if seen.isdecimal() and len(seen) < 10 else flow.draft_revision)
    except FlowRevision.DoesNotExist:
        return toast(request, _("This save is not kept any more."), status=404)
    except actions.Stale as stale:
        words = _("%(name)s changed the flow meanwhile. Look again.") % {"name": stale.by or _("Somebody")}
        return toast(request, words, status=409)
    except actions.Archived:
        return toast(request, _("This flow was archived."), status=409)
    if request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(reverse("flows:flow", args=[flow.public_id]), status=303)
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"flow:reread": {}})})


def _read(request: HttpRequest) -> JSON | None:
    try:
        given = untrusted.loads(request.body)
    except ValueError:
        return None
    if not isinstance(given, dict) or type(given.get("revision")) is not int or "graph" not in given:
        return None
    return given


def _answer(request: SalonRequest, flow: Flow, *, with_outline: bool) -> JSON:
    drawn, can_edit = Drawn(flow), may_edit(request, flow)
    context = {"flow": flow, "state": state_of(flow), "may_edit": can_edit}
    return {
        "revision": flow.draft_revision,
        "at": moments.clock_time(flow.draft_at) if flow.draft_at else "",
        "by": flow.draft_by.name if flow.draft_by else "",
        "described": drawn.described,
        "problems": drawn.problems,
        "parts": {
            **drawn.parts(may_edit=can_edit, with_outline=with_outline),
            "flow-state": render_to_string("flows/builder/state.html", context),
        },
    }


def _stale(request: SalonRequest, stale: actions.Stale) -> JSON:
    html = render_to_string("flows/builder/collision.html", {"stale": stale}, request)
    return {
        "revision": stale.revision,
        "by": stale.by,
        "at": stale.at.isoformat() if stale.at else "",
        "changes": stale.changes,
        "html": html,
    }


def _changes(flow: Flow, since: str) -> list[str]:
    if not since.isdecimal() or len(since) > 9:
        return []
    base = FlowRevision.objects.filter(flow=flow, number=int(since)).values_list("graph", flat=True).first()
    return compare(base, drawing_of(flow)).sentences(most=6) if base else []
