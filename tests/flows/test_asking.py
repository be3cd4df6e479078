"""What one input does where a node asks the world, awaits something, gathers a burst, or changes what is known."""

from typing import Any

import pytest

from flows.engine.events import Effect, Ended, Failed, Requested
from flows.engine.inputs import Answered, Happened, Said, Started
from flows.engine.limits import MAX_REQUESTS, MAX_REQUESTS_IN_A_ROW, MAX_VARIABLES
from flows.engine.state import State
from tests.flows.flow import Guest, drawing, kinds, let, path, say, texts

JSON = dict[str, Any]
CALL: JSON = {
    "id": "call", "type": "http_request", "url": "https://api.example.com/a", "status_variable": "status",
    "response": [{"path": "name", "variable": "name"}],
}  # fmt: skip
ASKING = drawing(CALL, say("hi", "Oi, {{ vars.name }}"), say("no", "Não deu: {{ vars.status }}"),
                 edges="start.done>call call.done>hi call.failed>no")  # fmt: skip
OWN = "0198c0de-0000-7000-8000-000000000002"
FACTS = {"contact": {"name": "Ana", "tags": ["novo"], "fields": {}}}


def answer(guest: Guest, error: str = "", token: int | None = None, **answer: Any) -> Any:
    wait = guest.state.wait
    return guest.send(Answered(token or (wait.token if wait else 0), answer, error, guest.facts))


def test_it_asks_and_waits_for_the_world_alone() -> None:
    guest = Guest(ASKING)
    outcome = guest.starts()
    assert path(outcome) == ["start:passed:done", "call:requested:-"]
    request = outcome.events[-1]
    assert isinstance(request, Requested)
    assert (request.request, request.token, request.until) == ("http", 1, "2026-11-20T12:10:10+00:00")
    assert guest.says("alô?").ignored == "waiting_for_time"
    assert guest.send(Happened("contact.changed")).ignored == "not_awaited"


def test_it_goes_on_with_the_answer() -> None:
    guest = Guest(ASKING)
    guest.starts()
    outcome = answer(guest, status=200, json={"name": "Rui"})
    assert path(outcome) == ["call:answered:done", "hi:passed:done"]
    assert texts(outcome) == ["Oi, Rui"]
    assert outcome.steps[0].changes == {
        "status": {"before": None, "after": 200},
        "name": {"before": None, "after": "Rui"},
    }


ROUND = drawing(CALL, say("no", "Chega"), edges="start.done>call call.done>call call.failed>no call.error>no")


def rounds(guest: Guest, most: int = 10_000) -> tuple[int, Any]:
    """How often the program is asked until something else happens."""
    guest.starts()
    for number in range(1, most):
        outcome = answer(guest, status=200, json={})
        if not isinstance(outcome.events[-1], Requested):
            return number, outcome
    raise AssertionError("without end")


def test_a_loop_of_calls_ends_at_the_error_exit() -> None:
    """FL-005, FL-010: a program that always answers at once is asked so often and no more."""
    number, outcome = rounds(Guest(ROUND))
    assert number == MAX_REQUESTS_IN_A_ROW
    assert (texts(outcome), outcome.steps[-2].exit) == (["Chega"], "error")
    assert (outcome.steps[-2].error or "").startswith("too_many_requests: ")


def test_without_that_exit_it_fails_with_the_reason() -> None:
    _number, outcome = rounds(Guest(drawing(CALL, edges="start.done>call call.done>call")))
    assert isinstance(outcome.events[-1], Failed)
    assert outcome.events[-1].reason == "too_many_requests"


def test_the_guest_or_a_wait_in_between_begins_a_new_row() -> None:
    wait = {"id": "w", "type": "wait", "amount": 1, "unit": "hours"}
    guest = Guest(drawing(CALL, wait, edges="start.done>call call.done>w w.done>call"))
    guest.starts()
    for _ in range(MAX_REQUESTS_IN_A_ROW + 5):
        answer(guest, status=200, json={})
        assert isinstance(guest.waits(hours=1).events[-1], Requested)
    guest.state.asked[0] = MAX_REQUESTS
    answer(guest, status=200, json={})
    assert isinstance(guest.waits(hours=1).events[-1], Failed)


def test_a_call_that_never_came_back_belongs_to_the_row() -> None:
    guest = Guest(drawing(CALL, edges="start.done>call call.error>call"))
    guest.starts()
    for _ in range(MAX_REQUESTS_IN_A_ROW - 1):
        guest.waits(hours=1)
    assert isinstance(guest.waits(hours=1).events[-1], Failed)


def test_what_a_subflow_asked_counts_for_both() -> None:
    sub = {"id": "s", "type": "subflow", "flow": OWN}
    guest = Guest(drawing(sub, CALL, edges="start.done>s s.done>call"))
    guest.starts()
    token = guest.state.wait.token if guest.state.wait else 0
    outcome = guest.send(Answered(token, {"variables": {}}, "", {}, [500, MAX_REQUESTS_IN_A_ROW]))
    assert isinstance(outcome.events[-1], Failed)
    inside = Guest(drawing(CALL, edges="start.done>call"))
    assert isinstance(inside.send(Started(None, {}, {}, {}, [500, MAX_REQUESTS_IN_A_ROW])).events[-1], Failed)


def test_another_status_leaves_by_its_exit() -> None:
    guest = Guest(ASKING)
    guest.starts()
    outcome = answer(guest, status=503)
    assert texts(outcome) == ["Não deu: 503"]
    assert outcome.steps[0].error == "the answer was 503"


@pytest.mark.parametrize("edges", ["", " call.error>no"])
def test_another_status_without_its_edge_is_an_error(edges: str) -> None:
    guest = Guest(drawing(CALL, say("no", "Não deu"), edges=f"start.done>call{edges}"))
    guest.starts()
    outcome = answer(guest, status=503)
    assert outcome.state.status == ("completed" if edges else "failed")
    assert texts(outcome) == (["Não deu"] if edges else [])
    assert outcome.state.variables == {}


def test_fl_010_no_answer_leaves_by_error_or_fails() -> None:
    guest = Guest(ASKING)
    guest.starts()
    outcome = answer(guest, error="circuit_open")
    assert outcome.events[-1] == Failed("circuit_open", "", "call", 3)


def test_i10_an_answer_is_taken_once_and_only_to_its_request() -> None:
    guest = Guest(ASKING)
    guest.starts()
    assert answer(guest, token=7, status=200).ignored == "old_answer"
    answer(guest, status=200, json={})
    assert guest.send(Answered(1, {"status": 200})).ignored == "not_waiting"


def test_an_answer_too_late_has_become_a_time_out() -> None:
    guest = Guest(ASKING)
    guest.starts()
    outcome = guest.waits(minutes=11)
    assert (path(outcome), outcome.state.status) == (["call:failed:-"], "failed")


def test_an_answer_is_kept_whole_or_not_at_all() -> None:
    guest = Guest(drawing(CALL, say("no", "Grande demais"), edges="start.done>call call.error>no"))
    guest.starts()
    outcome = answer(guest, status=200, json={"name": "x" * 20_000})
    assert (texts(outcome), outcome.state.variables) == (["Grande demais"], {})
    assert kinds(outcome) == ["message_queued", "ended"]


def test_an_answer_does_not_make_variables_without_number() -> None:
    full = State(variables={f"v{number}": 1 for number in range(MAX_VARIABLES - 1)})
    guest = Guest(ASKING, state=full)
    guest.starts()
    outcome = answer(guest, status=200, json={"name": "Rui"})
    assert (outcome.state.status, len(outcome.state.variables)) == ("failed", MAX_VARIABLES - 1)


def test_a_subflow_brings_its_variables_back() -> None:
    sub = {"id": "sub", "type": "subflow", "flow": OWN, "variables": {"a": "1"}, "returns": ["b"]}
    guest = Guest(drawing(sub, say("hi", "{{ vars.b }}"), edges="start.done>sub sub.done>hi"))
    assert guest.starts().events[-1].to_json()["payload"] == {"flow": OWN, "variables": {"a": 1}}
    assert texts(answer(guest, variables={"b": 2, "c": 3})) == ["2"]
    assert guest.state.variables == {"b": 2}


WAITING = drawing(
    {"id": "w", "type": "wait_for", "events": [{"kind": "contact.changed", "where": "'vip' in contact.tags"}],
     "timeout": {"amount": 1, "unit": "days"}, "variable": "what", "gather_s": 5},
    say("vip", "VIP {{ event.by }}"), say("said", "{{ vars.what }}"), say("gone", "Tchau"),
    edges="start.done>w w.happened>vip w.replied>said w.timeout>gone",
)  # fmt: skip


def test_what_happens_goes_on_if_it_is_the_right_thing() -> None:
    guest = Guest(WAITING, FACTS)
    guest.starts()
    assert guest.send(Happened("contact.created", {}, FACTS)).ignored == "not_awaited"
    assert guest.send(Happened("contact.changed", {}, FACTS)).ignored == "not_awaited"
    assert guest.state.wait and guest.state.wait.token == 1
    vip = {"contact": {"tags": ["vip"]}}
    assert texts(guest.send(Happened("contact.changed", {"by": "ana"}, vip))) == ["VIP ana"]
    assert guest.state.variables == {"what": {"by": "ana", "kind": "contact.changed"}}


def test_a_burst_is_one_turn() -> None:
    guest = Guest(WAITING, FACTS)
    guest.starts()
    assert path(guest.says("oi")) == ["w:heard:-"]
    assert path(guest.says("queria marcar")) == ["w:heard:-"]
    assert guest.state.wait and guest.state.wait.until == "2026-11-20T12:00:05+00:00"
    outcome = guest.waits(seconds=5)
    assert path(outcome) == ["w:answered:replied", "said:passed:done"]
    assert (texts(outcome), outcome.state.heard) == (["oi\nqueria marcar"], [])


def test_a_burst_has_an_end() -> None:
    guest = Guest(WAITING, FACTS)
    guest.starts()
    outcomes = [guest.says("a") for _ in range(10)]
    assert [path(outcome)[0] for outcome in outcomes] == ["w:heard:-"] * 9 + ["w:answered:replied"]


def test_a_burst_of_long_words_has_an_end_too() -> None:
    guest = Guest(WAITING, FACTS)
    guest.starts()
    assert path(guest.says("a" * 4_000)) == ["w:heard:-"]
    assert path(guest.says("b" * 4_000))[0] == "w:answered:replied"
    assert len(guest.state.variables["what"]) == 8_001


def test_a_question_asked_again_hears_a_new_burst() -> None:
    ask = {"id": "ask", "type": "ask", "text": "Quantas?", "answer": "number", "variable": "n", "gather_s": 8}
    guest = Guest(drawing(ask, edges="start.done>ask"))
    guest.starts()
    guest.says("muitas")
    assert path(guest.waits(seconds=8)) == ["ask:retried:-"]
    assert guest.state.tries == 1
    guest.says("3")
    assert (guest.waits(seconds=8).state.variables, guest.state.tries) == ({"n": 3}, 0)


CHANGING = drawing(
    {"id": "tag", "type": "tag_contact", "add": ["vip"], "remove": ["novo"]},
    {"id": "field", "type": "set_field", "field": "city", "value": "'SP'"},
    {"id": "name", "type": "set_field", "target": "name", "value": "'Rui Sá'"},
    say("hi", "{{ contact.first_name }} {{ contact.tags }} {{ contact.fields.city }}"),
    edges="start.done>tag tag.done>field field.done>name name.done>hi",
)


def test_what_a_node_changes_the_next_one_sees() -> None:
    guest = Guest(CHANGING, FACTS)
    outcome = guest.starts()
    assert texts(outcome) == ["Rui vip SP"]
    assert [event.effect for event in outcome.events if isinstance(event, Effect)] == [
        "contact.tag", "contact.field", "contact.name",
    ]  # fmt: skip
    assert FACTS["contact"] == {"name": "Ana", "tags": ["novo"], "fields": {}}


def test_handing_over_ends_the_execution_unless_an_edge_leaves() -> None:
    over = {"id": "over", "type": "hand_over", "text": "Já chamo!"}
    outcome = Guest(drawing(over, edges="start.done>over")).starts()
    assert kinds(outcome) == ["message_queued", "effect", "ended"]
    assert isinstance(outcome.events[-1], Ended)
    goes_on = drawing(
        over, {"id": "w", "type": "wait", "amount": 1, "unit": "days"}, edges="start.done>over over.done>w"
    )
    assert Guest(goes_on).starts().state.status == "waiting"


@pytest.mark.parametrize("seed", range(20))
def test_a_split_goes_the_same_way_all_the_time(seed: int) -> None:
    split = {"id": "s", "type": "split", "ways": [{"id": "a", "percent": 50}, {"id": "b", "percent": 50}]}
    data = drawing(
        split, {"id": "w", "type": "wait", "amount": 1, "unit": "hours"}, edges="start.done>s s.a>w s.b>w w.done>s"
    )
    guest = Guest(data, seed=seed)
    first = guest.starts().steps[1].exit
    assert [guest.waits(hours=1).steps[1].exit for _ in range(3)] == [first] * 3


def test_a_split_keeps_to_its_percentages() -> None:
    from flows.engine.context import Context
    from flows.nodes.split import Split
    from tests.flows.flow import NOON

    node = Split.model_validate({"ways": [{"id": "a", "percent": 20}, {"id": "b", "percent": 80}]})
    taken = 0
    for seed in range(10_000):
        ctx = Context(State(), Started(Said("oi")), NOON, seed * 7_919_191_919)
        ctx.node = "split"
        taken += node.run(ctx).exit == "a"
    assert 1_850 < taken < 2_150


def test_the_mark_of_a_secret_never_comes_from_a_guest() -> None:
    """Whatever way a guest's words take: by an answer, a variable, a field or another server's answer."""
    mark = "⟦secret:KEY⟧"
    call = {**CALL, "method": "POST", "headers": {"X-A": "{{ vars.a }} {{ contact.name }} {{ message.text }}"},
            "body_type": "json", "body": {"a": "{{ vars.b }}"}}  # fmt: skip
    data = drawing(
        {"id": "ask", "type": "ask", "text": "?", "variable": "a"},
        let("b", "b", "'⟦' + 'secret:KEY' + '⟧' + vars.a"),
        call,
        edges="start.done>ask ask.answered>b b.done>call",
    )
    guest = Guest(data, {"contact": {"name": mark}})
    guest.starts(mark)
    request = guest.says(mark).events[-1].to_json()
    assert request["kind"] == "requested"
    assert "⟦" not in str(request)
    assert "⟧" not in str(request)
