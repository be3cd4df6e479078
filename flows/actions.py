"""Making and publishing flows."""

from typing import Any

from django.db import transaction
from django.db.models import Max

from flows.graph import Graph
from flows.models import Flow, FlowVersion
from ops.events import actions as events
from tenants.audit import actions as audit
from tenants.members.models import Member


@transaction.atomic
def create(name: str, graph: dict[str, Any], *, by: Member | None = None, priority: int = 0) -> Flow:
    """A flow with its first published version. Raises flows.graph.GraphError."""
    flow = Flow.objects.create(name=name, priority=priority)
    audit.record("flow.created", subject=flow.public_id, by=by, after={"name": name})
    publish(flow, graph, by=by)
    return flow


@transaction.atomic
def publish(flow: Flow, graph: dict[str, Any], *, by: Member | None = None) -> FlowVersion:
    """Publish a drawing as the flow's next version; running executions stay on theirs (I12). Raises GraphError."""
    checked = Graph.parse(graph)
    Flow.objects.select_for_update().get(pk=flow.pk)
    newest = FlowVersion.objects.filter(flow=flow).aggregate(newest=Max("number"))["newest"] or 0
    version = FlowVersion.objects.create(flow=flow, number=newest + 1, graph=graph, published_by=by)
    flow.published = version
    flow.trigger = {"on": checked.trigger.trigger, "keywords": list(checked.trigger.keywords)}
    flow.save(update_fields=["published", "trigger"])
    audit.record("flow.published", subject=flow.public_id, by=by, after={"version": version.number})
    events.emit("flow.published", subject=flow.public_id, payload={"version": version.number})
    return version
