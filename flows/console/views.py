"""One run, its steps and its calls; the console of a flow; parts of other pages that tell of runs."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.inbox.models import Conversation
from crm.inbox.rights import contact_or_404, conversation_or_404
from flows.console.execution import page_of
from flows.console.outside import details
from flows.console.runs import contacts_of, runs_of, with_place
from flows.console.stream import console_of, path_of
from flows.models import Flow, FlowCall, FlowExecution
from flows.runtime import cancelling
from flows.sharing import FLOW, check_runs, sees_runs
from portal.frame.toasts import add_event, toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.sharing.queries import closed_to, may_on
from tenants.sharing.rights import Right

__all__ = ["console_of", "path_of"]

RUNS_OF_A_CONTACT = 20


@require_GET
@allowed(Permission.EXECUTIONS_SEE, shared="flow")
def execution(request: SalonRequest, public_id: UUID, execution_id: UUID) -> HttpResponse:
    """One run: its path through the version it is pinned to, why it stopped, and its steps."""
    check_runs(request.member)
    found = _run(public_id, execution_id)
    contacts = contacts_of([found.contact_id])
    context = {
        **console_of(request, found.flow, found, contacts),
        **page_of(found, contacts),
        "conversation": found.conversation_public_id,
        "may_edit": may_on(request.member, FLOW, public_id, Right.EDIT),
    }
    return render(request, "flows/console/execution.html", context)


@require_GET
@allowed(Permission.EXECUTIONS_SEE, shared="flow")
def execution_steps(request: SalonRequest, public_id: UUID, execution_id: UUID) -> HttpResponse:
    """Its steps alone, those asked for (?node=, ?errors=1)."""
    check_runs(request.member)
    found = _run(public_id, execution_id)
    context = {**console_of(request, found.flow, found), "conversation": found.conversation_public_id}
    return render(request, "flows/steps.html", context)


@require_GET
@allowed(Permission.EXECUTIONS_SEE, shared="flow")
def console(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The steps of all runs of a flow, those asked for (?contact=, ?execution=, ?node=, ?errors=1)."""
    check_runs(request.member)
    found = get_object_or_404(Flow.objects.defer("draft"), public_id=public_id)
    return render(request, "flows/steps.html", console_of(request, found))


@require_GET
@allowed(Permission.EXECUTIONS_SEE, shared="flow")
def call(request: SalonRequest, public_id: UUID, execution_id: UUID, call_id: UUID) -> HttpResponse:
    """What was asked of another program and what it answered; keys are masked."""
    check_runs(request.member)
    found = get_object_or_404(
        FlowCall, public_id=call_id, execution__public_id=execution_id, execution__flow__public_id=public_id
    )
    return render(request, "flows/console/call.html", details(found))


@require_POST
@allowed(Permission.FLOWS_EDIT, shared="flow")
def cancel(request: SalonRequest, public_id: UUID, execution_id: UUID) -> HttpResponse:
    """End the run; its page is read again."""
    answer = _cancelled(request, _run(public_id, execution_id))
    if answer.status_code == 200:
        # The page that comes says it.
        messages.success(request, _("The run was stopped"))
        answer = HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return answer


@require_GET
@allowed(Permission.EXECUTIONS_SEE)
def contact_runs(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The newest runs with one contact: a part of their page, which stands in a layer below and cannot ask for it."""
    contact = contact_or_404(request.member, public_id)
    own = FlowExecution.objects.filter(contact_id=contact.pk).order_by("-pk")
    rows = with_place(own.exclude(flow__public_id__in=closed_to(request.member, FLOW)))[:RUNS_OF_A_CONTACT]
    return render(request, "flows/contact_runs.html", {"runs": runs_of(list(rows))})


@require_GET
@allowed(Permission.INBOX_SEE)
def of_conversation(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The run that talks with the guest now: a part of the conversation."""
    return render(request, "flows/console/of_conversation.html", _talking(request, public_id))


@require_POST
@allowed(Permission.INBOX_ANSWER)
def stop(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """End the run that talks with the guest."""
    found = conversation_or_404(request.member, public_id)
    active = FlowExecution.objects.filter(conversation_id=found.pk, listens=True).select_related("flow").first()
    if active is None:
        return add_event(toast(request, _("No flow talks with the guest any more."), status=409), "talk-changed")
    return _cancelled(request, active)


def _cancelled(request: SalonRequest, run: FlowExecution) -> HttpResponse:
    try:
        cancelling.cancel(run, by=request.member)
    except cancelling.NotRunning:
        return toast(request, _("This run is over already."), status=409)
    words = _("The run of %(flow)s was stopped") % {"flow": run.flow.name}
    return add_event(toast(request, words), "talk-changed")


def _run(public_id: UUID, execution_id: UUID) -> Any:
    """The run, with `conversation_public_id`."""
    talk = Conversation.objects.filter(pk=OuterRef("conversation_id")).values("public_id")
    rows = FlowExecution.objects.select_related("flow", "version").defer("flow__draft")
    rows = rows.annotate(conversation_public_id=Subquery(talk))
    return get_object_or_404(rows, public_id=execution_id, flow__public_id=public_id)


def _talking(request: SalonRequest, public_id: UUID) -> dict[str, Any]:
    found = conversation_or_404(request.member, public_id)
    # At most one listens (I8).
    rows = list(with_place(FlowExecution.objects.filter(conversation_id=found.pk, listens=True)))
    return {
        "conversation_public_id": found.public_id,
        "run": runs_of(rows)[0] if rows else None,
        "people_answer": not found.bot_on,
        "may_stop": request.member.may(Permission.INBOX_ANSWER),
        "sees_runs": bool(rows) and sees_runs(request.member, rows[0].flow.public_id),
    }
