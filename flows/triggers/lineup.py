"""The flows of a salon that may begin, with what makes each begin; and which goes first."""

from collections.abc import Iterable
from dataclasses import dataclass

from flows.engine.normalise import normalise
from flows.graph import Graph, GraphError
from flows.nodes.triggers import Call, Trigger
from flows.runtime.graphs import graphs_of, readable_graphs_of
from flows.triggers.startable import startable


@dataclass(frozen=True, slots=True)
class Candidate:
    """A flow that may begin."""

    flow_id: int
    version_id: int
    priority: int
    may_interrupt: bool
    graph: Graph

    @property
    def triggers(self) -> tuple[Trigger, ...]:
        """What makes it begin."""
        return self.graph.trigger.triggers()

    def of_kind(self, *kinds: str) -> list[Trigger]:
        """Those of its triggers that are of these kinds."""
        return [one for one in self.triggers if one.trigger in kinds]


@dataclass(frozen=True, slots=True)
class Pulled:
    """A flow and the trigger by which it begins."""

    flow: Candidate
    trigger: Trigger


def lineup(salon_id: int, flow_ids: Iterable[int] | None = None) -> list[Candidate]:
    """Those that may begin (of `flow_ids`, if given), the first to be asked first. Inside the salon.

    One that this release cannot read is left out, and keeps no other from beginning.
    """
    rows = startable()
    if flow_ids is not None:
        rows = rows.filter(pk__in=list(flow_ids))
    flows = [
        (pk, version_id, priority, bool((settings or {}).get("may_interrupt")))
        for pk, version_id, priority, settings in rows.values_list("pk", "published_id", "priority", "settings")
        if version_id
    ]
    versions = {version_id for _pk, version_id, *_rest in flows}
    try:
        graphs = graphs_of(salon_id, versions)
    except GraphError:
        graphs = readable_graphs_of(salon_id, versions)
    found = [Candidate(*flow, graphs[flow[1]]) for flow in flows if flow[1] in graphs]
    return sorted(found, key=lambda one: (-one.priority, one.flow_id))


def pulled_by(call: Call, flows: Iterable[Candidate]) -> Pulled | None:
    """Whom a guest's message makes begin: the highest priority, then who asks for most, then the oldest."""
    best: Pulled | None = None
    for flow in flows:
        if best and flow.priority < best.flow.priority:
            break
        trigger = flow.graph.trigger.pulled_by(call)
        if trigger and (best is None or trigger.narrowness > best.trigger.narrowness):
            best = Pulled(flow, trigger)
    return best


def interrupts(call: Call, flows: Iterable[Candidate]) -> Pulled | None:
    """Who may begin although another flow waits for the guest's answer: by a button of its own, or by a keyword that is
    all that was said, where the flow's settings let it."""
    pulled = pulled_by(call, [one for one in flows if one.may_interrupt])
    if pulled is None:
        return None
    is_exact = pulled.trigger.trigger == "keywords" and normalise(call.text) in pulled.trigger.plain_keywords
    return pulled if pulled.trigger.trigger == "button" or (is_exact and call.reply_id is None) else None
