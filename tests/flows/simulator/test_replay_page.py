"""FL-009: a run of the real runtime is played again over another version, with the first difference."""

import json
from typing import Any

import pytest

from flows.models import Flow, FlowExecution, FlowStep, FlowVersion
from flows.simulator.replays import replay_of
from ops.salon import inside
from tests.flows.runtime.conftest import Chat, ask, graph, say
from tests.world import Browser

NODES = [ask("ask", "Quantos?", "n", answer="number"), say("tell", "São {{ vars.n }}")]
EDGES = ["start>ask", "ask.answered>tell"]


@pytest.fixture
def run(chat: Chat) -> FlowExecution:
    """A run that asked twice and ended."""
    chat.publish("Quantos", *NODES, edges=EDGES)
    for said in ("oi", "sei lá", "3"):
        chat.says(said)
    (found,) = chat.executions
    assert found.status == "completed"
    return found


def version(run: FlowExecution, *nodes: dict[str, Any], edges: list[str] = EDGES) -> int:
    number = FlowVersion.objects.filter(flow_id=run.flow_id).count() + 1
    FlowVersion.objects.create(flow_id=run.flow_id, number=number, graph=graph(*nodes, edges=edges))
    return number


def url(run: FlowExecution) -> str:
    return f"/flows/{run.flow.public_id}/executions/{run.public_id}/replay/"


def test_its_own_version_gives_the_same_steps(run: FlowExecution, chat: Chat) -> None:
    with inside(chat.salon_id):
        found = replay_of(run, "")
        rows = FlowStep.objects.filter(execution=run).order_by("seq").values_list("node", "event", "exit", "changes")
        assert [(one.node, one.event, one.exit, one.changes) for one in found.played.shots] == list(rows)
    assert found.is_faithful and found.first is None


def test_the_first_difference_is_told_in_words(run: FlowExecution, chat: Chat, alice: Browser) -> None:
    with inside(chat.salon_id):
        number = version(run, NODES[0], say("tell", "Então são {{ vars.n }}"))
    page = alice.get_page(url(run), version=str(number))
    assert "the guest got “São 3”; here it is “Então são 3”." in page
    steps = json.loads(page.split('id="replay-steps" type="application/json">')[1].split("</script>")[0])
    assert steps["difference"] == len(steps["recorded"]) - 1


def test_the_draft_may_be_played_too(run: FlowExecution, chat: Chat, alice: Browser) -> None:
    with inside(chat.salon_id):
        Flow.objects.filter(pk=run.flow_id).update(draft=graph(*NODES, edges=EDGES[:1]))
    assert "here nothing more happens" in alice.get_page(url(run), version="draft")


def test_what_the_record_cannot_answer_stops_it(run: FlowExecution, chat: Chat, alice: Browser) -> None:
    call = {"id": "call", "type": "http_request", "url": "https://a.example/x"}
    with inside(chat.salon_id):
        number = version(run, *NODES, call, edges=["start>ask", "ask.answered>call", "call>tell"])
    assert "the record has no answer to" in alice.get_page(url(run), version=str(number))


def test_a_run_whose_inputs_are_gone_is_explained(run: FlowExecution, chat: Chat, alice: Browser) -> None:
    with inside(chat.salon_id):
        FlowStep.objects.filter(execution=run).update(input=None)
    page = alice.get_page(url(run))
    assert "not kept any more" in page and "Question" in page


def test_a_drawing_that_cannot_be_run_is_explained(run: FlowExecution, chat: Chat, alice: Browser) -> None:
    with inside(chat.salon_id):
        Flow.objects.filter(pk=run.flow_id).update(draft=graph(say("x", ""), edges=["start>x"]))
    assert "has problems and cannot be run" in alice.get_page(url(run), version="draft")


@pytest.mark.parametrize("wanted", ["99", "x", "-1"])
def test_a_version_that_is_not_there(run: FlowExecution, alice: Browser, wanted: str) -> None:
    assert alice.get(url(run), {"version": wanted}).status_code == 404


def test_nothing_is_written(run: FlowExecution, chat: Chat, alice: Browser) -> None:
    alice.get_page(url(run))
    assert len(chat.executions) == 1 and len(chat.answers) == 3


def test_a_viewer_may_not_and_another_salon_sees_nothing(run: FlowExecution, vera: Browser, charlie: Browser) -> None:
    assert vera.get(url(run)).status_code == 403
    assert charlie.get(url(run)).status_code == 404
