"""I12: a run ends on the version it began with; taking a flow in runs nothing."""

import json
from typing import Any

import pytest

from channels_wa.inbound import drain
from flows.actions import create, publish
from flows.models import Flow, FlowExecution, FlowStep, FlowVersion
from flows.runtime.migrating_runs import migrate
from ops.salon import inside, run_in_salon
from tests.incoming import delivery, keep, text_message
from tests.world import Salons

PNID, RUNS = "1" * 15, 1000


def drawing(after: str) -> dict[str, Any]:
    """Asks, then goes to a node with this id."""
    return {
        "version": 1,
        "nodes": [
            {"id": "start", "type": "start", "trigger": "any_message"},
            {"id": "ask", "type": "ask", "text": "Qual o seu nome?", "answer": "text", "variable": "name"},
            {"id": after, "type": "send_message", "text": f"{after}: {{{{ vars.name }}}}"},
            {"id": "end", "type": "end"},
        ],
        "edges": [
            {"id": "e1", "from": "start", "exit": "done", "to": "ask"},
            {"id": "e2", "from": "ask", "exit": "answered", "to": after},
            {"id": "e3", "from": after, "exit": "done", "to": "end"},
        ],
    }


def say(text: str, guests: range) -> None:
    for n in guests:
        keep(delivery(PNID, text_message(text, sender=f"551199{n:07d}")))
    while drain.run():
        pass


@pytest.fixture
def flow(salons: Salons, db: None) -> Flow:
    with inside(salons.aurora.pk):
        return create("Nome", drawing("first"))


def test_i12_each_run_ends_on_its_own_version(salons: Salons, flow: Flow) -> None:
    say("oi", range(RUNS))
    with inside(salons.aurora.pk):
        publish(Flow.objects.get(pk=flow.pk), drawing("second"))
    say("oi", range(RUNS, RUNS + 2))
    say("Ana", range(RUNS + 2))
    with inside(salons.aurora.pk):
        went = list(
            FlowStep.objects.filter(type="send_message").order_by("execution_id").values_list("node", flat=True)
        )
        assert went == ["first"] * RUNS + ["second"] * 2
        assert set(FlowExecution.objects.values_list("status", flat=True)) == {"completed"}


def test_i12_only_runs_that_were_chosen_leave_their_version(salons: Salons, flow: Flow) -> None:
    say("oi", range(60))
    with inside(salons.aurora.pk):
        publish(Flow.objects.get(pk=flow.pk), drawing("second"))
        old, new = FlowVersion.objects.filter(flow=flow).order_by("number")
        chosen = list(FlowExecution.objects.order_by("pk").values_list("public_id", flat=True)[:20])
        assert migrate(flow, old, new, by=None, only=chosen).moved == 20
        assert migrate(flow, old, new, by=None, only=chosen).moved == 0
    say("Ana", range(60))
    with inside(salons.aurora.pk):
        went = FlowStep.objects.filter(type="send_message").order_by("execution_id").values_list("node", flat=True)
        assert list(went) == ["second"] * 20 + ["first"] * 40
        assert set(FlowExecution.objects.values_list("status", flat=True)) == {"completed"}


def test_i12_taking_a_flow_in_runs_nothing(salons: Salons, db: None) -> None:
    imported = json.loads(json.dumps(drawing("third")))
    run_in_salon(salons.aurora.pk, lambda: create("Importado", imported).pk)
    with inside(salons.aurora.pk):
        assert (FlowExecution.objects.count(), FlowStep.objects.count()) == (0, 0)
