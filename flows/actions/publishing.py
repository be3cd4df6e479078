"""From a drawing to what guests meet."""

from django.db import transaction
from django.db.models import Max

from billing.quotas.gates import take
from flows.actions.drafts import JSON, clear, drawing_of, hold, note_revision, refuse_stale, tell
from flows.builder.reading import problems_of
from flows.graph import Graph, GraphError, Problem
from flows.models import Flow, FlowVersion
from flows.simulator.publishing import FailedTest, check
from ops.events import actions as events
from tenants.audit import actions as audit
from tenants.members.models import Member


class NothingToPublish(Exception):
    """The drawing is as published; nothing was written."""


class TestsFailed(Exception):
    """Conversations that must go as written do not (FL-008); nothing was written. `failed` has those."""

    __test__ = False  # no test class, whatever its name says

    def __init__(self, failed: list[FailedTest]) -> None:
        super().__init__("tests of the flow failed")
        self.failed = failed


@transaction.atomic
def create(name: str, graph: JSON, *, by: Member | None = None, priority: int = 0) -> Flow:
    """A flow with its first published version. Raises flows.graph.GraphError."""
    take("flows")
    flow = Flow.objects.create(name=name, priority=priority)
    audit.record("flow.created", subject=flow.public_id, by=by, after={"name": name})
    events.emit("flow.created", subject=flow.public_id, payload={"name": name})
    publish(flow, graph, by=by)
    return flow


@transaction.atomic
def publish(flow: Flow, graph: JSON, *, by: Member | None = None, note: str = "") -> FlowVersion:
    """Publish a drawing as the flow's next version; running executions stay on theirs (I12). Raises GraphError.

    A draft that somebody works on stays as it is.
    """
    checked = Graph.parse(graph)
    fresh = Flow.objects.select_for_update(of=("self",)).select_related("published").get(pk=flow.pk)
    if fresh.draft is None and drawing_of(fresh) != graph:
        # Whoever has the page open draws on what was published before: they must be told.
        flow.draft_revision = note_revision(fresh, graph, by=by)
        fresh.save(update_fields=["draft_revision"])
    return _write(flow, checked, graph, by=by, note=note)


def publish_draft(flow: Flow, *, by: Member | None, revision: int, note: str = "") -> FlowVersion:
    """Publish the draft as it was at `revision`.

    Raises GraphError (problems of level error), TestsFailed, Stale (the draft moved on), NothingToPublish, Archived.
    """
    seen = Flow.objects.select_related("published").get(pk=flow.pk)
    refuse_stale(seen, revision)
    graph = drawing_of(seen)
    refuse_errors(seen, graph)
    # Before the lock: others may go on saving while conversations are played. A revision's drawing never changes.
    refuse_red(seen, graph)
    with transaction.atomic():
        fresh = hold(flow)
        refuse_stale(fresh, revision)
        if fresh.draft is None or (fresh.published and fresh.draft == fresh.published.graph):
            raise NothingToPublish
        version = _write(fresh, Graph.parse(graph), graph, by=by, note=note)
        clear(fresh)
        tell(fresh, by=by, what="published")
    return version


def _write(flow: Flow, checked: Graph, graph: JSON, *, by: Member | None, note: str) -> FlowVersion:
    newest = FlowVersion.objects.filter(flow=flow).aggregate(newest=Max("number"))["newest"] or 0
    version = FlowVersion.objects.create(
        flow=flow, number=newest + 1, graph=graph, published_by=by, note=" ".join(note.split())[:200]
    )
    flow.published = version
    flow.trigger = {"on": checked.trigger.trigger, "keywords": list(checked.trigger.keywords)}
    flow.save(update_fields=["published", "trigger"])
    audit.record("flow.published", subject=flow.public_id, by=by, after={"version": version.number})
    events.emit("flow.published", subject=flow.public_id, payload={"version": version.number})
    return version


def refuse_errors(flow: Flow, graph: JSON) -> None:
    """Raise GraphError if guests must not meet this drawing."""
    errors = [one for one in problems_of(graph, str(flow.public_id)) if one["level"] == "error"]
    if errors:
        raise GraphError([Problem(one["node"], one["field"], one["message"], one["hint"]) for one in errors])


def refuse_red(flow: Flow, graph: JSON) -> None:
    """Play the flow's own tests on the drawing that is to be published. Raises TestsFailed."""
    failed = check(flow, graph)
    if failed:
        raise TestsFailed(failed)
