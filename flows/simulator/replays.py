"""A recorded run with what is needed to play it again."""

from dataclasses import dataclass
from typing import Any, Final

from flows.graph import Graph, GraphError
from flows.models import Flow, FlowExecution, FlowStep, FlowVersion
from flows.simulator.drawings import drawing_now
from flows.simulator.replaying import Difference, Recorded, Shot, Side, difference, replay, replay_over

JSON = dict[str, Any]
MOST_STEPS: Final = 2_000
DRAFT: Final = "draft"


class NoSuchVersion(Exception):
    """The flow has no version of this number, or no draft."""


@dataclass
class Replay:
    """Both sides, and where they part. `trouble` says why there is nothing to compare: `pruned` (what caused the steps
    is not kept any more), `unreadable` (this release cannot read a drawing)."""

    graph: JSON
    own_graph: JSON
    recorded: list[Shot]
    played: Side
    first: Difference | None = None
    trouble: str = ""
    # Whether the run's own version still plays as it did.
    is_faithful: bool = True
    is_own: bool = False


def replay_of(execution: FlowExecution, wanted: str) -> Replay:
    """Play a run again over the version of this number, the draft, or its own version; raises NoSuchVersion.

    Select `flow` (with `published`) and `version` with the execution.
    """
    graph = graph_wanted(execution, wanted)
    rows = list(FlowStep.objects.filter(execution=execution).order_by("seq")[:MOST_STEPS])
    recorded = [_shot(number, row) for number, row in enumerate(rows)]
    found = Replay(graph, execution.version.graph, recorded, Side(), is_own=graph == execution.version.graph)
    record = [Recorded(row.input, row.at) for row in rows if row.input]
    if not rows or rows[0].seq != 1 or not rows[0].input:
        found.trouble = "pruned"
        return found
    try:
        own = replay(Graph.parse(execution.version.graph), record, execution.seed)
        # What was decided stands in the rows; texts and waits only the engine can say again.
        found.is_faithful = _plain(own.shots) == _plain(recorded)
        found.recorded = own.shots if found.is_faithful else recorded
        other = Graph.parse(graph)
    except GraphError:
        found.trouble = "unreadable"
        return found
    found.played = own if found.is_own else replay_over(other, record, execution.seed, own)
    if not found.is_own or not found.is_faithful:
        found.first = difference(found.recorded, found.played.shots)
    return found


def graph_wanted(execution: FlowExecution, wanted: str) -> JSON:
    """The drawing that is asked for; raises NoSuchVersion."""
    if not wanted:
        return dict(execution.version.graph)
    if wanted == DRAFT:
        graph = drawing_now(execution.flow)
        if graph is None:
            raise NoSuchVersion(wanted)
        return graph
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 9 else 0
    version = FlowVersion.objects.filter(flow_id=execution.flow_id, number=number).first()
    if version is None:
        raise NoSuchVersion(wanted)
    return dict(version.graph)


def numbers_of(flow: Flow) -> list[int]:
    """The versions that can be chosen, the newest first."""
    numbers = FlowVersion.objects.filter(flow=flow).order_by("-number").values_list("number", flat=True)
    return list(numbers[:50])


def _shot(number: int, row: FlowStep) -> Shot:
    return Shot(number, row.at, row.node, row.type, row.event, row.exit, row.edge, row.error or "", row.changes or {})


def _plain(shots: list[Shot]) -> list[Any]:
    # The log keeps the beginning of an error.
    return [(one.node, one.event, one.exit, one.edge, one.error[:1000], one.changes) for one in shots]
