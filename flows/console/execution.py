"""What the page of one run shows around its steps: how it stands, why it stopped, whom it belongs to."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, Subquery, UUIDField
from django.db.models.functions import Cast
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from flows.console.drawing import DrawnStep, canvas_words, for_canvas
from flows.console.drawings import drawing_of
from flows.console.reasons import Explained, explain
from flows.console.runs import Contacts, runs_of
from flows.console.stream import Way, path_of, way_of
from flows.console.words import shown
from flows.models import FlowExecution
from tenants.audit.models import AuditEntry
from tenants.members.models import Member

# Pages of the simulator, where a run can be looked at again; empty while there is none.
REPLAY, AS_TEST = "flows:replay", "flows:test_from_run"
MOST_RELATIVES = 20
LONGEST_VALUE = 500


@dataclass(frozen=True)
class Stopped:
    """Why it stopped: where, what happened, what to do. `went_on` by an exit for errors, so that it did not stop."""

    node: str
    title: str
    why: Explained
    url: str
    went_on: bool = False


@dataclass(frozen=True)
class Relative:
    """A run that this one belongs to, or that belongs to it."""

    url: str
    flow_name: str
    status: str
    is_parent: bool


def page_of(run: FlowExecution, contacts: Contacts) -> dict[str, Any]:
    """All that stands around the console."""
    drawn, way = drawing_of(run.version), way_of(run)
    args = [run.flow.public_id, run.public_id]
    return {
        "flow": {"public_id": run.flow.public_id, "name": run.flow.name, "version": run.version.number},
        "execution": runs_of([run], contacts)[0],
        "stopped": _stopped(run, drawn, way),
        "ended_by": _ended_by(run) if run.status == FlowExecution.Status.CANCELLED else "",
        "awaits": ", ".join(run.awaits),
        "variables": [
            (name, shown(value, LONGEST_VALUE)) for name, value in sorted(run.state.get("variables", {}).items())
        ],
        "relatives": _relatives(run),
        "replay_url": _url(REPLAY, args),
        "test_url": _url(AS_TEST, args),
        "graph": run.version.graph,
        "described": for_canvas(drawn),
        "outline": list(drawn.values()),
        "words": canvas_words(),
        "path": path_of(run, way),
    }


def _stopped(run: FlowExecution, drawn: dict[str, DrawnStep], way: Way) -> Stopped | None:
    """The error that ended it; else the newest that it survived."""
    failed = run.status == FlowExecution.Status.FAILED
    node, error = way.erred or str(run.state.get("at") or ""), run.error
    if not failed and way.erred:
        error = run.steps.exclude(error="").order_by("-seq").values_list("error", flat=True).first() or ""
    why = explain(error) if failed or way.erred else None
    if why is None:
        return None
    title = drawn[node].title if node in drawn else node
    url = f"{reverse('flows:flow', args=[run.flow.public_id])}?node={node}" if node else ""
    return Stopped(node, title, why, url, went_on=not failed)


def _ended_by(run: FlowExecution) -> str:
    """Who stopped it, or what may have."""
    entry = AuditEntry.objects.filter(subject=str(run.public_id), action="execution.cancelled")
    actor = entry.annotate(uuid=Cast("actor", UUIDField())).values("uuid")[:1]
    if name := Member.objects.filter(public_id=Subquery(actor)).values_list("name", flat=True).first():
        return _("%(name)s stopped it.") % {"name": name}
    return _("It was stopped: the conversation was closed, a person stopped it, or the guest's contact was merged.")


def _relatives(run: FlowExecution) -> list[Relative]:
    if not run.parent_id and all(node["type"] != "subflow" for node in run.version.graph["nodes"]):
        return []
    of_run = Q(parent_id=run.pk) | Q(pk=run.parent_id) if run.parent_id else Q(parent_id=run.pk)
    rows = FlowExecution.objects.filter(of_run).select_related("flow").defer("state", "flow__draft").order_by("pk")
    return [
        Relative(
            reverse("flows:execution", args=[one.flow.public_id, one.public_id]),
            one.flow.name,
            one.status,
            is_parent=one.pk == run.parent_id,
        )
        for one in rows[:MOST_RELATIVES]
    ]


def _url(name: str, args: list[UUID]) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
