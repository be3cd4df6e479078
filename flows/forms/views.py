"""The form of a step in the builder's side panel. The drawing is saved by the page; forms only change nodes."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from channels_wa.media import uploads
from channels_wa.media.models import Media
from flows.actions.drafts import drawing_of
from flows.console.looks import look_of
from flows.engine.expressions import Expression, ExpressionError, Scope
from flows.engine.expressions.values import as_text
from flows.forms.errors import caret_of, words_of_error
from flows.forms.fields import JSON
from flows.forms.form import Form, Unreadable, by_place, node_from, walk
from flows.forms.functions import explained
from flows.forms.posted import Posted
from flows.forms.samples import moment
from flows.forms.showing import Control
from flows.forms.sources import Known
from flows.models import Flow
from flows.nodes.settings import MAX_EXPRESSION
from ops import clock
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def form(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The form of a node (form field `node`, its JSON), for the panel; with `readonly` nobody can change it."""
    flow = load(public_id)
    try:
        made = form_of(request, flow, node_from(request.POST.get("node", "")))
    except Unreadable:
        return render(request, "flows/forms/unreadable.html", status=422)
    return render(
        request,
        "flows/forms/panel.html",
        {**context_of(flow, made, is_readonly="readonly" in request.POST), **lists_of(made)},
    )


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def save(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The node that the form makes now, for the page's drawing, and the form with what is wrong in it."""
    flow = load(public_id)
    posted = Posted.of(request.POST)
    said = posted.one("act")
    try:
        made = form_of(request, flow, node_from(posted.one("node")), posted=without(posted, "node", "act"))
    except Unreadable:
        return HttpResponseBadRequest("no node")
    made.change(said)
    keep_files(made)
    return render(request, "flows/forms/panel.html#answer", context_of(flow, made))


@require_GET
@allowed(Permission.FLOWS_EDIT, shared="flow")
def formulas(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """All that formulas may use, each with an example."""
    return render(request, "flows/forms/formulas.html", {"flow": load(public_id), "functions": explained()})


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def attempt(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """What a formula gives for Ana, or where its mistake is."""
    flow = load(public_id)
    source = request.POST.get("formula", "").replace("\r\n", "\n")[: MAX_EXPRESSION + 1]
    context: dict[str, Any] = {"formula": source}
    if source.strip():
        context |= tried(source, form_facts(request, flow), request.salon.time_zone)
    return render(request, "flows/forms/tried.html", context)


def tried(source: str, facts: JSON, zone: str) -> JSON:
    """The result, or the mistake with its character."""
    scope = Scope(facts, moment(zone), 1)
    try:
        expression = Expression(source)
        value = expression.json(scope)
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        text = (
            scope.run(lambda scope: as_text(expression.evaluate(scope), scope, 0))
            if not isinstance(value, dict)
            else ""
        )
    except ExpressionError as error:
        return {"error": words_of_error(error), "caret": caret_of(source, error.position)}
    return {"result": shown[:2_000], "is_text": isinstance(value, str), "in_message": text[:200]}


def keep_files(made: Form) -> None:
    """Files that a node names now are in use, or they would be swept away as uploads that nobody sent."""
    named = [one.parts["media"].public_id for one in walk_all(made) if one.parts.get("media")]
    if named:
        uploads.mark_used(list(Media.objects.filter(public_id__in=named, direction="out")), now=clock.now())


def walk_all(made: Form) -> list[Control]:
    """All controls, the values of templates too."""
    return [*walk(made.controls), *(one for control in made.controls for row in control.rows for one in row.controls)]


def load(public_id: UUID) -> Flow:
    return get_object_or_404(Flow.objects.select_related("published"), public_id=public_id)


def form_of(request: SalonRequest, flow: Flow, node: JSON, *, posted: Posted | None = None) -> Form:
    return Form(node, Known(flow, request.member), drawing_of(flow), salon=request.salon.name, posted=posted)


def form_facts(request: SalonRequest, flow: Flow) -> JSON:
    """What formulas that are tried see."""
    start = {"id": "start", "type": "start"}
    return form_of(request, flow, start).facts


def without(posted: Posted, *names: str) -> Posted:
    """All but these."""
    return Posted({name: values for name, values in posted.items() if name not in names})


def lists_of(made: Form) -> JSON:
    """What the fields propose while one writes."""
    takes_secrets = made.base["type"] in ("http_request", "webhook")
    return {
        "variables": [one.to_json() for one in made.variables],
        "functions": [
            {"name": one.insert, "label": one.what, "usage": one.usage, "sample": one.result, "group": one.group}
            for one in explained()
            if one.insert.endswith("(")
        ],
        "secrets": [f"secret.{name}" for name in made.known.secrets] if takes_secrets else [],
    }


def context_of(flow: Flow, made: Form, *, is_readonly: bool = False) -> JSON:
    """What the templates need."""
    node_type = made.base["type"]
    return {
        "flow": flow,
        "form": made,
        "node_json": json.dumps(made.base, ensure_ascii=False),
        "node": made.node,
        "look": look_of(node_type),
        "is_readonly": is_readonly,
        **by_place(made.controls),
    }
