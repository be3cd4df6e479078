"""A flow's tests: the list, running them, and the editor of one."""

import json
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from flows.console.drawing import canvas_words, described, for_canvas
from flows.graph import GraphError
from flows.models import Flow, FlowExecution, FlowTest
from flows.sharing import FLOW, check_runs
from flows.simulator import scripts
from flows.simulator.acts import ActRefused, guest_of
from flows.simulator.drawings import drawing_now
from flows.simulator.editing import FORMS, Choices, rows_of, script_from
from flows.simulator.of_run import NotRecorded, script_of_run
from flows.simulator.playing import Failure
from flows.simulator.publishing import run
from flows.simulator.script import ScriptError
from flows.simulator.views import LANGUAGES, flow_of
from flows.simulator.words import failure_words
from ops import untrusted
from portal.frame.keyset import is_fragment
from portal.frame.toasts import add_toast, toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.sharing.queries import may_on
from tenants.sharing.rights import Right

JSON = dict[str, Any]
LONGEST_JSON = 200_000


@require_GET
@allowed(Permission.FLOWS_SEE, shared="flow")
def tests(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """All tests of a flow, with what came of each."""
    name = "flows/simulator/tests_list.html" if is_fragment(request) else "flows/simulator/tests.html"
    return render(request, name, _list_of(request, flow_of(public_id)))


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def run_tests(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Run all of them, or the one named, over the drawing as it is now."""
    flow = flow_of(public_id)
    chosen = FlowTest.objects.filter(flow=flow).order_by("pk")
    if request.POST.get("test"):
        chosen = chosen.filter(pk=get_object_or_404(chosen, public_id=_uuid(request.POST["test"])).pk)
    else:
        chosen = chosen.filter(is_on=True)
    try:
        failed = run(flow, drawing_now(flow) or {}, list(chosen))
    except GraphError as error:
        return toast(request, _("This drawing cannot be run yet: %(why)s") % {"why": error}, status=422)
    answer = render(request, "flows/simulator/tests_list.html", _list_of(request, flow))
    marks = {one.node: "differs" for one in failed if one.node}
    answer["HX-Trigger"] = json.dumps({"flow:tested": {"nodes": marks}})
    if failed:
        return add_toast(answer, _("%(count)s did not go as written.") % {"count": len(failed)}, kind="danger")
    return add_toast(answer, _("All went as written."))


@require_http_methods(["GET", "POST"])
@allowed(Permission.FLOWS_EDIT, shared="flow")
def test(request: SalonRequest, public_id: UUID, test_id: UUID) -> HttpResponse:
    """The editor of one test; a post keeps it, and says how it goes now."""
    flow = flow_of(public_id)
    found = get_object_or_404(FlowTest, flow=flow, public_id=test_id)
    if request.method == "POST":
        return _keep(request, flow, found)
    return render(request, "flows/simulator/test.html", _editor(flow, found, found.name, found.script))


@require_http_methods(["GET", "POST"])
@allowed(Permission.FLOWS_EDIT, shared="flow")
def new_test(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The editor of a test that is not kept yet."""
    flow = flow_of(public_id)
    if request.method == "POST":
        return _keep(request, flow, None)
    script: JSON = {"version": 1, "contact": {"name": "Ana Souza", "language": "pt_BR"}, "steps": [
        {"say": "oi"}, {"expect": "message", "match": "any", "text": ""},
    ]}  # fmt: skip
    return render(request, "flows/simulator/test.html", _editor(flow, None, "", script))


@require_http_methods(["GET", "POST"])
@allowed(Permission.FLOWS_EDIT, shared="flow")
def from_run(request: SalonRequest, public_id: UUID, execution_id: UUID) -> HttpResponse:
    """A test from a real run: show what of the guest was replaced, then keep it."""
    check_runs(request.member)
    execution = get_object_or_404(
        FlowExecution.objects.select_related("flow", "flow__published", "version"),
        public_id=execution_id,
        flow__public_id=public_id,
    )
    context: JSON = {"flow": execution.flow, "run": execution}
    try:
        found = script_of_run(execution)
    except NotRecorded:
        return render(request, "flows/simulator/from_run.html", context)
    if request.method == "POST":
        return _keep_new(request, execution.flow, found.script)
    context |= {"replaced": found.replaced, "rows": rows_of(found.script, execution.version.graph), "found": found}
    return render(request, "flows/simulator/from_run.html", context)


@require_GET
@allowed(Permission.FLOWS_EDIT, shared="flow")
def row(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """One more row for the editor."""
    flow = flow_of(public_id)
    kind = request.GET.get("kind", "say")
    if kind not in FORMS:
        return toast(request, _("This cannot be done here."), status=422)
    made = Choices(drawing_now(flow) or {}).row(kind, c="1" if kind in ("person", "expect.tag") else "")
    return render(request, "flows/simulator/test_row.html", {"row": made})


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def switch_test(request: SalonRequest, public_id: UUID, test_id: UUID) -> HttpResponse:
    """Let it be asked at publish, or not."""
    flow = flow_of(public_id)
    found = get_object_or_404(FlowTest, flow=flow, public_id=test_id)
    scripts.switch(found, on=not found.is_on, by=request.member)
    return render(request, "flows/simulator/tests_list.html", _list_of(request, flow))


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def drop_test(request: SalonRequest, public_id: UUID, test_id: UUID) -> HttpResponse:
    """Delete it."""
    flow = flow_of(public_id)
    scripts.drop(get_object_or_404(FlowTest, flow=flow, public_id=test_id), by=request.member)
    answer = render(request, "flows/simulator/tests_list.html", _list_of(request, flow))
    return add_toast(answer, _("The test is deleted."))


def script_of(posted: Any, kept: JSON) -> JSON:
    """What the editor posts as a script: the JSON view as it is, or the rows. Raises ActRefused, ScriptError."""
    if "json" in posted:
        try:
            found = untrusted.loads(posted["json"][:LONGEST_JSON])
        except ValueError as error:
            raise ActRefused(_("This is no JSON: %(why)s") % {"why": error}) from error
        if not isinstance(found, dict):
            raise ScriptError("a script is a JSON object")
        return found
    script = script_from({name: posted.getlist(name) for name in ("kind", "a", "b", "c")}, kept)
    guest = guest_of({**posted.dict(), "name": posted.get("guest", "")})
    contact = {**(kept.get("contact") or {}), **{name: guest[name] for name in ("name", "language", "tags", "fields")}}
    script |= {"contact": contact, "known": guest["known"]}
    if now := posted.get("now", "").strip():
        script["now"] = now
    return script


def canvas_of(graph: JSON) -> JSON:
    """What the canvas beside needs to be drawn."""
    drawn = described(graph) if graph.get("nodes") else {}
    return {"graph": graph, "described": for_canvas(drawn), "words": canvas_words()}


def _keep(request: SalonRequest, flow: Flow, found: FlowTest | None) -> HttpResponse:
    try:
        script = script_of(request.POST, found.script if found else {})
    except (ActRefused, ScriptError) as refused:
        return toast(request, str(refused), status=422)
    return _keep_new(request, flow, script, found)


def _keep_new(request: SalonRequest, flow: Flow, script: JSON, found: FlowTest | None = None) -> HttpResponse:
    """Keep a script, run it, and show the editor."""
    try:
        kept = scripts.keep_test(flow, request.POST.get("title", ""), script, by=request.member, test=found)
    except ScriptError as refused:
        return toast(request, str(refused), status=422)
    except scripts.NameTaken:
        return toast(request, _("There is a test of this name."), status=422)
    except scripts.TooMany:
        return toast(request, _("A flow has at most %(most)s tests.") % {"most": scripts.MOST_TESTS}, status=422)
    with suppress(GraphError):  # a drawing that cannot be run yet keeps its problems where they are drawn
        run(flow, drawing_now(flow) or {}, [kept])
    if found is None:
        return _go_to(request, reverse("flows:test", args=[flow.public_id, kept.public_id]))
    answer = render(request, "flows/simulator/test_body.html", _editor(flow, kept, kept.name, kept.script))
    return add_toast(answer, _("Saved."))


def _go_to(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url, status=303)


def _editor(flow: Flow, found: FlowTest | None, name: str, script: JSON) -> JSON:
    graph = drawing_now(flow) or {}
    failure = failure_in(found)
    contact = script.get("contact") or {}
    return {
        "flow": flow,
        "test": found,
        "title": name,
        "save_url": reverse("flows:test_new", args=[flow.public_id]),
        "rows": rows_of(script, graph),
        "script_json": json.dumps(script, ensure_ascii=False, indent=2),
        "failure": failure,
        "failure_words": failure_words(failure, graph) if failure else "",
        "marks": {"nodes": {failure.node: "differs"} if failure and failure.node else {}},
        "guest": contact,
        "guest_tags": ", ".join(contact.get("tags") or []),
        "guest_fields": "\n".join(f"{key}={value}" for key, value in (contact.get("fields") or {}).items()),
        "known": script.get("known"),
        "now": script.get("now", "2026-11-20T10:00"),
        "languages": LANGUAGES,
        "acts": [(kind, form) for kind, form in FORMS.items() if form.group == "act"],
        "expects": [(kind, form) for kind, form in FORMS.items() if form.group == "expect"],
        **canvas_of(graph),
    }


def failure_in(found: FlowTest | None) -> Failure | None:
    """The first difference of its newest run."""
    failures = ((found.result if found else None) or {}).get("failures") or []
    return Failure(**failures[0]) if failures else None


def _list_of(request: SalonRequest, flow: Flow) -> JSON:
    graph = drawing_now(flow) or {}
    rows = []
    for one in FlowTest.objects.filter(flow=flow).order_by("name", "pk"):
        failure = failure_in(one)
        rows.append({
            "test": one,
            "has_run": one.result is not None,
            "passed": bool(one.result and one.result.get("passed")),
            "is_old": bool(one.result and one.result.get("revision") != flow.draft_revision),
            "steps": len(one.script.get("steps") or []),
            "words": failure_words(failure, graph) if failure else "",
            "node": failure.node if failure else "",
            "row": failure.row + 1 if failure else 0,
        })  # fmt: skip
    return {"flow": flow, "rows": rows, "may_edit": may_on(request.member, FLOW, flow.public_id, Right.EDIT)}


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
