"""FL-008: a flow's tests run over the drawing that is to be published."""

from collections.abc import Iterator
from typing import Any

import pytest

from flows import actions
from flows.models import Flow, FlowTest
from flows.simulator.publishing import check
from ops.salon import inside
from tests.flows.flow import drawing, say
from tests.flows.simulator.test_driver import MENU
from tests.world import Salons

GOOD = {"steps": [{"say": "oi"}, {"tap": "Sim"}, {"expect": "message", "text": "Que bom"}]}


@pytest.fixture
def flow(salons: Salons, db: None) -> Iterator[Flow]:
    with inside(salons.aurora.pk):
        yield actions.create("Menu", MENU)


def test_of(flow: Flow, script: dict[str, Any], **more: Any) -> FlowTest:
    return FlowTest.objects.create(flow=flow, name="Diz sim", script=script, **more)


test_of.__test__ = False  # type: ignore[attr-defined]


def test_all_go_as_written(flow: Flow) -> None:
    kept = test_of(flow, GOOD)
    assert check(flow, MENU) == []
    kept.refresh_from_db()
    assert kept.result == {"passed": True, "failures": [], "revision": flow.draft_revision}


def test_one_that_does_not_says_where(flow: Flow) -> None:
    kept = test_of(flow, GOOD)
    other = {**MENU, "nodes": [*MENU["nodes"][:2], say("good", "Ótimo"), MENU["nodes"][3]]}
    (failed,) = check(flow, other)
    assert (failed.name, failed.node, failed.row) == ("Diz sim", "good", 2)
    assert failed.words == "Expected “Que bom”, but got “Ótimo”."
    kept.refresh_from_db()
    assert kept.result is not None and not kept.result["passed"]


def test_one_that_is_off_is_not_asked(flow: Flow) -> None:
    test_of(flow, {"steps": [{"expect": "ended"}]}, is_on=False)
    assert check(flow, MENU) == []


def test_one_that_cannot_be_read_fails(flow: Flow) -> None:
    test_of(flow, {"steps": [{"rain": 1}]})
    assert check(flow, MENU)[0].words.startswith("The test cannot be played")


def test_subflows_are_those_published_and_itself_as_drawn(flow: Flow) -> None:
    from flows.graph import Graph
    from flows.simulator.drawings import graphs_with

    tried = Graph.parse(drawing(say("hi", "Oi"), edges="start.done>hi"))
    other = actions.create("Outro", MENU)
    graphs = graphs_with(flow, tried)
    assert graphs("") is graphs(str(flow.public_id)) is tried
    found = graphs(str(other.public_id))
    assert found is not None and "menu" in found.places
    assert graphs("nonsense") is None
