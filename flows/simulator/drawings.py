"""The drawings that a flow is tried with: itself as it is being drawn, and what its subflows have published."""

from typing import Any
from uuid import UUID

from flows.graph import Graph, GraphError
from flows.models import Flow
from flows.runtime.graphs import readable_graphs_of
from flows.simulator.driver import Graphs
from flows.simulator.world import TRIED
from ops.salon import current_salon_id


def drawing_now(flow: Flow) -> dict[str, Any] | None:
    """The drawing that is being worked on: the draft, else what is published."""
    if flow.draft is not None:
        return dict(flow.draft)
    return dict(flow.published.graph) if flow.published else None


def graphs_with(flow: Flow, graph: Graph) -> Graphs:
    """Drawings by name, each read once; a flow that calls itself gets the drawing that is tried."""
    known: dict[str, Graph | None] = {TRIED: graph, str(flow.public_id): graph}

    def found(name: str) -> Graph | None:
        if name not in known:
            known[name] = _published(name)
        return known[name]

    return found


def readable(drawing: dict[str, Any] | None) -> Graph | None:
    """The drawing if it can be run."""
    try:
        return Graph.parse(drawing)
    except GraphError:
        return None


def _published(name: str) -> Graph | None:
    try:
        public_id = UUID(name)
    except ValueError:
        return None
    version = Flow.objects.filter(public_id=public_id).values_list("published_id", flat=True).first()
    return readable_graphs_of(current_salon_id() or 0, [version]).get(version) if version else None
