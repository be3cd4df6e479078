"""What is done with a flow as a whole, from the list and from its page."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from flows import actions
from flows.builder.loading import load
from flows.builder.page import may_edit, state_of
from flows.models import Flow
from flows.sharing import FLOW
from flows.triggers.startable import default_on
from portal.frame.toasts import add_toast, toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.sharing.checking import check_thing
from tenants.sharing.rights import Right


@require_POST
@allowed(Permission.FLOWS_EDIT)
def create(request: SalonRequest) -> HttpResponse:
    """A blank flow, open to be drawn."""
    try:
        made = actions.draw(request.POST.get("name", "") or _("New flow"), by=request.member)
    except actions.BadName as bad:
        return toast(request, str(bad), status=422)
    return go_to(request, reverse("flows:flow", args=[made.public_id]))


@require_POST
@allowed(Permission.FLOWS_EDIT)
def duplicate(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """A copy, open to be drawn; of any flow that they may see."""
    check_thing(request.member, FLOW, public_id, Right.VIEW)
    made = actions.duplicate(load(public_id), by=request.member)
    return go_to(request, reverse("flows:flow", args=[made.public_id]), _("This is the copy. It starts nothing yet."))


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def rename(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Another name; the answer is the name as it stands on the page."""
    flow = load(public_id)
    try:
        flow = actions.rename(flow, request.POST.get("name", ""), by=request.member)
    except (actions.BadName, actions.Archived) as bad:
        words = str(bad) or _("This flow was archived.")
        answer = render(
            request, "flows/builder/name.html", {"flow": flow, "may_edit": True, "error": words}, status=422
        )
        return add_toast(answer, words, kind="danger")
    return render(request, "flows/builder/name.html", {"flow": flow, "may_edit": True})


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def switch(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """On or off (`?on=1`); the toast takes it back."""
    on = request.GET.get("on") == "1"

    def act(flow: Flow) -> tuple[Flow, str]:
        words = _("%(name)s is on.") if on else _("%(name)s is off: it begins with nobody.")
        return actions.switch(flow, on=on, by=request.member), words % {"name": flow.name}

    undo = f"{reverse('flows:switch', args=[public_id])}?{urlencode({'on': '0' if on else '1'})}"
    return _changed(request, public_id, act, undo)


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def resume(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Somebody has looked at why it was paused."""

    def act(flow: Flow) -> tuple[Flow, str]:
        words = _("%(name)s begins with guests again.") % {"name": flow.name}
        return actions.resume(flow, by=request.member), words

    return _changed(request, public_id, act)


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow", right=Right.DELETE)
def archive(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Put it away; the toast brings it back. From its own page (`?page=1`) that page is shown anew, to look at."""

    def act(flow: Flow) -> tuple[Flow, str]:
        numbers, words = default_on(flow), _("%(name)s is archived.") % {"name": flow.name}
        if numbers:
            more = _("On %(numbers)s a person answers now what no flow wants.") % {"numbers": ", ".join(numbers)}
            words = f"{words} {more}"
        return actions.archive(flow, by=request.member), words

    if request.GET.get("page"):
        return go_to(request, reverse("flows:flow", args=[public_id]), act(load(public_id))[1])
    return _changed(request, public_id, act, reverse("flows:restore", args=[public_id]))


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow", right=Right.DELETE)
def restore(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Bring it back from the archive."""

    def act(flow: Flow) -> tuple[Flow, str]:
        return actions.restore(flow, by=request.member), _("%(name)s is back.") % {"name": flow.name}

    return _changed(request, public_id, act)


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def go_first(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Let this flow begin where it and those named in `before` want the same message."""
    others = [load(UUID(given)) for given in request.POST.getlist("before") if _is_uuid(given)]
    for other in others:
        check_thing(request.member, FLOW, other.public_id, Right.EDIT)

    def act(flow: Flow) -> tuple[Flow, str]:
        first = actions.let_go_first(flow, others, by=request.member)
        return first, _("%(name)s goes first.") % {"name": flow.name}

    return _changed(request, public_id, act)


def go_to(request: SalonRequest, url: str, text: str = "") -> HttpResponse:
    """To another page, which says what was done."""
    if text:
        messages.success(request, text)
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url, status=303)


def _changed(
    request: SalonRequest, public_id: UUID, act: Callable[[Flow], tuple[Flow, str]], undo: str = ""
) -> HttpResponse:
    """Do it, say it, and let the page that asked read itself again: the bar of the builder, or the list."""
    try:
        flow, words = act(load(public_id))
    except actions.Archived:
        return toast(request, _("This flow was archived."), status=409)
    if request.headers.get("HX-Request") != "true":
        return toast(request, words)
    answer: HttpResponse
    if request.headers.get("HX-Target") == "flow-state":
        flow = load(public_id)
        context: dict[str, Any] = {"flow": flow, "state": state_of(flow), "may_edit": may_edit(request, flow)}
        answer = render(request, "flows/builder/state.html", context)
    else:
        answer = HttpResponse(status=200, headers={"HX-Reswap": "none", "HX-Trigger": '{"flows:changed": ""}'})
    return add_toast(answer, words, undo_url=undo)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
