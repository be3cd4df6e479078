"""I22: what a process remembers of versions is remembered for each salon."""

from typing import Any

import pytest

from flows import actions
from flows.models import Flow, FlowVersion
from flows.runtime import graphs
from ops.salon import inside
from tests.world import Salons

PK = 77_777


def version_saying(salon_id: int, words: str) -> None:
    drawing: dict[str, Any] = {
        "version": 1,
        "nodes": [
            {"id": "start", "type": "start", "trigger": "any_message"},
            {"id": words, "type": "send_message", "text": "Oi"},
            {"id": "end", "type": "end"},
        ],
        "edges": [
            {"id": "e1", "from": "start", "exit": "done", "to": words},
            {"id": "e2", "from": words, "exit": "done", "to": "end"},
        ],
    }
    with inside(salon_id):
        flow: Flow = actions.create("Oi", drawing)
        version = FlowVersion.objects.filter(flow=flow).latest("pk")
        Flow.objects.filter(pk=flow.pk).update(published=None)
        FlowVersion.objects.filter(pk=version.pk).update(id=PK)


def words_of(salon_id: int) -> str:
    with inside(salon_id):
        (words,) = graphs.graphs_of(salon_id, [PK])[PK].places.keys() - {"start", "end"}
        return words


@pytest.fixture(autouse=True)
def forget() -> None:
    graphs._compiled.clear()


def test_i22_versions_of_two_salons_with_one_number(salons: Salons, db: None) -> None:
    version_saying(salons.aurora.pk, "aurora")
    version_saying(salons.other.pk, "other")
    assert (words_of(salons.aurora.pk), words_of(salons.other.pk)) == ("aurora", "other")
