"""The phone beside the drawing: one's own talk with the flow as it is drawn now."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from flows.models import Flow
from flows.simulator import acts, shown, talks
from flows.simulator.beginning import ways_to_begin
from flows.simulator.recording import script_of_talk
from flows.simulator.scripts import NameTaken, keep_test
from flows.simulator.words import ERRORS, value_words
from portal.frame.toasts import toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

# In their own words, as people look for them.
LANGUAGES = [("", "-"), ("pt_BR", "Português"), ("en", "English"), ("es", "Español")]


@require_GET
@allowed(Permission.FLOWS_EDIT, shared="flow")
def panel(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The phone as one left it."""
    flow = flow_of(public_id)
    talk = talks.look(flow, request.member, request.salon)
    return render(request, "flows/simulator/panel.html", context_of(talk))


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def act(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """One act of the guest, the clock or the world."""
    try:
        with talks.acting(flow_of(public_id), request.member, request.salon) as talk:
            acts.do(talk.driver, request.POST)
    except acts.ActRefused as refused:
        return toast(request, str(refused), status=422)
    return render(request, "flows/simulator/act.html", context_of(talk))


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def restart(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Begin again with the drawing as it is now, as the guest of the form or as the same one."""
    guest = acts.guest_of(request.POST) if "name" in request.POST else None
    talk = talks.restart(flow_of(public_id), request.member, request.salon, guest)
    return render(request, "flows/simulator/panel.html", context_of(talk))


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def save(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Keep the talk as a test of the flow."""
    flow = flow_of(public_id)
    talk = talks.look(flow, request.member, request.salon)
    script = script_of_talk(talk.world, talk.guest)
    if not script["steps"]:
        return toast(request, _("Talk with the flow first: the test is what was said."), status=422)
    try:
        test = keep_test(flow, request.POST.get("name", ""), script, by=request.member)
    except NameTaken:
        return toast(request, _("There is a test of this name."), status=422)
    answer = HttpResponse(status=204)
    link = reverse("flows:test", args=[flow.public_id, test.public_id])
    note = {"text": _("Saved as the test “%(name)s”.") % {"name": test.name}, "link": link, "linkText": _("Look at it")}
    answer["HX-Trigger"] = json.dumps({"toast": {**note, "kind": "success"}, "flow:tests": ""})
    return answer


def flow_of(public_id: UUID) -> Flow:
    """A flow of this salon; raises Http404."""
    return get_object_or_404(Flow.objects.select_related("published"), public_id=public_id)


def context_of(talk: talks.Talk) -> dict[str, Any]:
    """All that the phone shows."""
    world = talk.world
    run = world.main
    variables = run.state.variables if run else {}
    return {
        "flow": talk.flow,
        "talk": talk,
        "world": world,
        "rows": shown.rows_of(talk),
        "steps": shown.steps_of(talk.graph, world.log[-shown.MOST_SHOWN :]),
        "path": shown.talk_path(world),
        "asking": shown.asking_of(talk),
        "hears_out": talk.driver.is_hearing(),
        "next_moment": talk.driver.next_moment(),
        "ways": ways_to_begin(talk.graph) if run is None or not run.is_active else [],
        "variables": [(name, value_words(value)) for name, value in sorted(variables.items())],
        "tags": ", ".join(world.contact["tags"]),
        "guest_tags": ", ".join(talk.guest.get("tags", [])),
        "guest_fields": "\n".join(f"{name}={value}" for name, value in talk.guest.get("fields", {}).items()),
        "field_values": [(name, value_words(value)) for name, value in sorted(world.contact["fields"].items())],
        "spans": [("hour", _("+1 hour")), ("day", _("+1 day")), ("week", _("+1 week"))],
        "sendable": [(kind, *shown.KINDS[kind]) for kind in acts.SENT],
        "errors": [(code, ERRORS[code]) for code in acts.ERRORS],
        "languages": LANGUAGES,
    }
