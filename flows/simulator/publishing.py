"""A flow's tests at the moment it is published: all that are on must pass (FL-008)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flows.graph import Graph
from flows.models import Flow, FlowTest
from flows.simulator.drawings import graphs_with
from flows.simulator.driver import Graphs
from flows.simulator.playing import Failure, play
from flows.simulator.script import ScriptError, read
from flows.simulator.words import failure_words
from ops import clock
from ops.salon import current_salon_id
from tenants.salons.models import Salon

JSON = dict[str, Any]


@dataclass(frozen=True)
class FailedTest:
    """A test that did not go as written: its first difference, in words too."""

    public_id: UUID
    name: str
    words: str
    node: str
    row: int


def check(flow: Flow, graph: JSON) -> list[FailedTest]:
    """Run all tests that are on over a drawing; those that failed. Raises flows.graph.GraphError."""
    tests = list(FlowTest.objects.filter(flow=flow, is_on=True).order_by("pk"))
    return run(flow, graph, tests) if tests else []


def run(flow: Flow, graph: JSON, tests: list[FlowTest]) -> list[FailedTest]:
    """Run these tests and keep what came of each; those that failed. Raises flows.graph.GraphError."""
    graphs = graphs_with(flow, Graph.parse(graph))
    salon, now = Salon.objects.get(pk=current_salon_id()), clock.now()
    failed: list[FailedTest] = []
    for test in tests:
        failure = failure_of(test.script, graphs, zone=salon.time_zone, salon=salon.name)
        failures = [failure.to_json()] if failure else []
        test.result = {"passed": not failure, "failures": failures, "revision": flow.draft_revision}
        test.ran_at = now
        if failure:
            words = failure_words(failure, graph)
            failed.append(FailedTest(test.public_id, test.name, words, failure.node, failure.row))
    FlowTest.objects.bulk_update(tests, ["result", "ran_at"])
    return failed


def failure_of(script: Any, graphs: Graphs, *, zone: str, salon: str) -> Failure | None:
    """The first difference of one script, if any; also of a script that this release cannot read."""
    try:
        return play(read(script), graphs, zone=zone, salon=salon).failure
    except ScriptError as error:
        return Failure(error.row or 0, "unreadable", None, error.message)
