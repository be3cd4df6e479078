"""What one input does to an execution."""

import json
from typing import Any

import pytest

from flows.engine.events import Failed, VariableSet, WaitStarted
from flows.engine.inputs import Said, Started, TimedOut, input_from_json
from flows.engine.limits import MAX_NODES_PER_INPUT, SAME_TEXT_TIMES
from flows.engine.state import State
from tests.flows.flow import Guest, drawing, kinds, let, path, say, texts

MENU = drawing(
    say("menu", "Oi, {{ contact.name }}!", buttons=[{"id": "yes", "title": "Sim"}, {"id": "no", "title": "Não"}],
        timeout={"amount": 2, "unit": "hours"}),
    {"id": "age", "type": "ask", "text": "Idade?", "answer": "number", "variable": "age", "retry_text": "Um número!"},
    {"id": "grown", "type": "condition", "branches": [{"id": "adult", "when": "vars.age >= 18"}]},
    {"id": "later", "type": "wait", "amount": 2, "unit": "days"},
    say("bye", "Até logo"),
    {"id": "end", "type": "end"},
    edges="start.done>menu menu.yes>age menu.no>bye menu.timeout>end age.answered>grown"
          " grown.adult>later later.done>bye bye.done>end",
)  # fmt: skip
FACTS = {"contact": {"name": "Ana"}}


def test_it_walks_until_it_waits() -> None:
    outcome = Guest(MENU, FACTS).starts()
    assert path(outcome) == ["start:passed:done", "menu:waiting:-"]
    assert texts(outcome) == ["Oi, Ana!"]
    assert outcome.events[-1] == WaitStarted("2026-11-20T14:00:00+00:00", 1, True, "menu", 2)
    assert (outcome.state.status, outcome.state.at) == ("waiting", "menu")


def test_it_goes_on_with_the_answer() -> None:
    guest = Guest(MENU, FACTS)
    guest.starts()
    assert path(guest.says("sim")) == ["menu:answered:yes", "age:waiting:-"]
    outcome = guest.says("30")
    assert path(outcome) == ["age:answered:answered", "grown:passed:adult", "later:waiting:-"]
    assert outcome.state.variables == {"age": 30}


def test_a_step_names_its_edge_and_what_changed() -> None:
    guest = Guest(MENU, FACTS)
    guest.starts()
    guest.says("sim")
    taken = guest.says("30").steps[0]
    assert taken.edge == "e5"
    assert taken.changes == {"age": {"before": None, "after": 30}}
    assert [outcome.steps[0].seq for outcome in guest.outcomes] == [1, 3, 5]


def test_it_asks_again_and_counts() -> None:
    guest = Guest(MENU, FACTS)
    guest.starts()
    guest.says("sim")
    outcome = guest.says("trinta")
    assert (path(outcome), texts(outcome), outcome.state.tries) == (["age:retried:-"], ["Um número!"], 1)
    assert guest.says("trinta").state.tries == 2
    outcome = guest.says("trinta")
    assert (path(outcome), outcome.state.tries) == (["age:answered:invalid"], 0)


def test_tries_begin_anew_at_the_next_question() -> None:
    ask = {"type": "ask", "text": "?", "answer": "number", "variable": "x", "tries": 2}
    guest = Guest(drawing({"id": "a", **ask}, {"id": "b", **ask}, edges="start.done>a a.answered>b"))
    guest.starts()
    guest.says("não")
    guest.says("1")
    assert path(guest.says("não")) == ["b:retried:-"]


def test_an_exit_without_an_edge_completes_the_execution() -> None:
    guest = Guest(MENU, FACTS)
    guest.starts()
    outcome = guest.says("outra coisa")
    assert (path(outcome), kinds(outcome), outcome.state.status) == (["menu:answered:other"], ["ended"], "completed")


def test_the_end_is_told_once() -> None:
    guest = Guest(MENU, FACTS)
    guest.starts()
    outcome = guest.says("não")
    assert (texts(outcome), kinds(outcome)) == (["Até logo"], ["message_queued", "ended"])
    assert (outcome.state.status, outcome.state.wait) == ("completed", None)


def test_i10_a_time_out_goes_on() -> None:
    guest = Guest(MENU, FACTS)
    guest.starts()
    assert path(guest.waits(hours=2)) == ["menu:timed_out:timeout", "end:passed:-"]


def test_i10_a_time_out_is_never_early() -> None:
    guest = Guest(MENU, FACTS)
    before = guest.starts().state
    outcome = guest.waits(hours=1, minutes=59, seconds=59)
    assert (outcome.ignored, outcome.state, outcome.steps, outcome.events) == ("early", before, [], [])


def test_i10_an_answered_wait_never_times_out() -> None:
    guest = Guest(MENU, FACTS)
    guest.starts()
    guest.says("sim")
    guest.now = guest.now.replace(year=2027)
    outcome = guest.send(TimedOut(1))
    assert (outcome.ignored, outcome.state.at) == ("old_time_out", "age")


def test_i10_the_time_out_of_an_earlier_wait_never_fires() -> None:
    ask = {"type": "ask", "text": "?", "answer": "number", "variable": "x", "timeout": {"amount": 1, "unit": "hours"}}
    guest = Guest(drawing({"id": "a", **ask}, edges="start.done>a"))
    guest.starts()
    guest.says("não")
    guest.now = guest.now.replace(hour=20)
    assert guest.send(TimedOut(1)).ignored == "old_time_out"
    assert path(guest.send(TimedOut(2))) == ["a:timed_out:timeout"]


def test_i10_a_time_out_fires_once() -> None:
    guest = Guest(MENU, FACTS)
    guest.starts()
    guest.waits(hours=2)
    assert guest.send(TimedOut(1)).ignored == "not_waiting"


def test_a_delay_does_not_listen() -> None:
    guest = Guest(drawing({"id": "later", "type": "wait", "amount": 2, "unit": "days"}, edges="start.done>later"))
    guest.starts()
    assert guest.says("oi?").ignored == "waiting_for_time"
    assert path(guest.waits(days=2)) == ["later:timed_out:done"]


@pytest.mark.parametrize("said", [Said("oi"), TimedOut(1)], ids=["a message", "a time-out"])
def test_a_finished_execution_ignores(said: Said | TimedOut) -> None:
    guest = Guest(drawing())
    guest.starts()
    assert guest.send(said).ignored == "not_waiting"


def test_it_starts_once() -> None:
    guest = Guest(MENU, FACTS)
    guest.starts()
    assert guest.starts().ignored == "already_started"


def test_i12_a_state_of_another_drawing_is_left_alone() -> None:
    state = Guest(MENU, FACTS).starts().state
    assert Guest(drawing(), state=state).says("sim").ignored == "not_in_this_graph"


def test_what_the_guest_wrote_is_seen_and_never_read() -> None:
    guest = Guest(
        drawing(
            let("keep", "said", "message.text"), say("echo", "{{ vars.said }}"), edges="start.done>keep keep.done>echo"
        )
    )
    assert texts(guest.starts("{{ 1 / 0 }}")) == ["{{ 1 / 0 }}"]


LOOP = drawing(let("a", "n", "default(vars.n, 0) + 1"), let("b", "m", "1"), edges="start.done>a a.done>b b.done>a")


def test_a_loop_in_the_drawing_is_cut() -> None:
    outcome = Guest(LOOP).starts()
    assert len(outcome.steps) == MAX_NODES_PER_INPUT
    assert isinstance(outcome.events[-1], Failed)
    assert (outcome.events[-1].reason, outcome.state.status) == ("too_many_nodes", "failed")
    assert outcome.steps[-1].error == "too_many_nodes"


def test_as_many_nodes_as_allowed_are_visited() -> None:
    count = MAX_NODES_PER_INPUT - 1
    nodes = [let(f"n{number}", "x", "1") for number in range(count)]
    ways = [f"n{number}.done>n{number + 1}" for number in range(count - 1)]
    outcome = Guest(drawing(*nodes, edges=" ".join(["start.done>n0", *ways]))).starts()
    assert (len(outcome.steps), outcome.state.status) == (MAX_NODES_PER_INPUT, "completed")


def test_the_same_text_is_not_said_for_ever() -> None:
    data = drawing(say("menu", "Menu", buttons=[{"id": "a", "title": "A"}]), edges="start.done>menu menu.other>menu")
    guest = Guest(data)
    guest.starts()
    told = [texts(guest.says("sou um robô")) for _ in range(20)]
    assert sum(map(len, told)) == SAME_TEXT_TIMES - 1
    assert kinds(guest.outcomes[-1]) == ["message_refused", "wait_started"]
    assert guest.outcomes[-1].steps[-1].error == "same_text_repeated"
    assert guest.state.status == "waiting"


def test_the_same_text_may_be_said_again_later() -> None:
    data = drawing(say("menu", "Menu", buttons=[{"id": "a", "title": "A"}]), edges="start.done>menu menu.other>menu")
    guest = Guest(data)
    guest.starts()
    for _ in range(9):
        guest.says("?")
    guest.now = guest.now.replace(hour=13)
    assert texts(guest.says("?")) == ["Menu"]


def test_the_next_execution_of_a_contact_remembers_what_was_said() -> None:
    sent: list[list[int]] = []
    told = []
    for _ in range(9):
        guest = Guest(drawing(say("hello", "Oi"), edges="start.done>hello"), state=State(sent=sent))
        told += texts(guest.starts())
        sent = guest.state.sent
    assert len(told) == SAME_TEXT_TIMES


def test_a_refused_text_leaves_by_its_exit() -> None:
    data = drawing(
        say("hello", "Oi"), say("stop", "Chega"), edges="start.done>hello hello.done>hello hello.refused>stop"
    )
    assert texts(Guest(data).starts()) == ["Oi"] * SAME_TEXT_TIMES + ["Chega"]


def test_a_node_that_cannot_leaves_by_error() -> None:
    data = drawing(let("x", "y", "1 / 0"), say("sorry", "Ops"), edges="start.done>x x.error>sorry")
    outcome = Guest(data).starts()
    assert (path(outcome), texts(outcome)) == (["start:passed:done", "x:passed:error", "sorry:passed:done"], ["Ops"])
    assert outcome.steps[1].error == "expression: division by zero (at character 3)"


def test_a_node_that_cannot_fails_the_execution_without_an_error_edge() -> None:
    outcome = Guest(drawing(let("x", "y", "1 / 0"), edges="start.done>x")).starts()
    assert (path(outcome)[-1], outcome.state.status, outcome.state.variables) == ("x:failed:-", "failed", {})
    assert outcome.events == [Failed("expression", "division by zero (at character 3)", "x", 2)]


def test_a_value_that_is_too_large_is_not_kept() -> None:
    double = [let(f"d{number}", "x", "vars.x + vars.x") for number in range(20)]
    ways = " ".join(f"d{number}.done>d{number + 1}" for number in range(19))
    guest = Guest(drawing(let("x", "x", "'0123456789'"), *double, edges=f"start.done>x x.done>d0 {ways}"))
    outcome = guest.starts()
    assert isinstance(outcome.events[-1], Failed)
    assert outcome.events[-1].reason == "value_too_large"
    assert len(json.dumps(outcome.state.variables)) < 20_000


def test_variables_are_not_without_number() -> None:
    state = State(variables={f"v{number}": number for number in range(200)})
    outcome = Guest(drawing(let("x", "one_more", "1"), edges="start.done>x"), state=state).starts()
    assert isinstance(outcome.events[-1], Failed)
    assert outcome.events[-1].reason == "too_many_variables"
    known = Guest(drawing(let("x", "v7", "1"), edges="start.done>x"), state=state).starts()
    assert known.events[0] == VariableSet("v7", 1, 7, "x", 2)


def test_output_is_not_without_end() -> None:
    nodes = [say(f"n{number}", f"{number} {'x' * 4000}") for number in range(30)]
    ways = " ".join(f"n{number}.done>n{number + 1}" for number in range(29))
    outcome = Guest(drawing(*nodes, edges=f"start.done>n0 {ways}")).starts()
    assert isinstance(outcome.events[-1], Failed)
    assert outcome.events[-1].reason == "output_too_large"
    assert sum(map(len, texts(outcome))) <= 65_536


def test_the_state_before_is_not_changed() -> None:
    guest = Guest(MENU, FACTS)
    guest.starts()
    guest.says("sim")
    state = guest.state
    before = json.dumps(state.to_json())
    outcome = guest.says("30")
    assert json.dumps(state.to_json()) == before
    assert outcome.state is not state


@pytest.mark.parametrize(
    "said",
    [Said("oi", "n1:a", "button", "wamid.1", FACTS), Started(Said("oi"), FACTS), Started(), TimedOut(3, FACTS)],
    ids=str,
)
def test_an_input_survives_json(said: Any) -> None:
    assert input_from_json(json.loads(json.dumps(said.to_json()))) == said


def test_a_state_survives_json() -> None:
    guest = Guest(MENU, FACTS)
    guest.starts()
    guest.says("sim")
    state = guest.says("30").state
    assert State.from_json(json.loads(json.dumps(state.to_json()))) == state


def test_what_happened_is_json() -> None:
    guest = Guest(MENU, FACTS)
    guest.starts()
    guest.says("sim")
    guest.says("30")
    guest.waits(days=2)
    for outcome in guest.outcomes:
        told = [part.to_json() for part in (*outcome.events, *outcome.steps)]
        assert json.loads(json.dumps(told)) == told


def test_the_bench_goes_through_every_kind_of_node_that_needs_no_world() -> None:
    from flows.nodes.base import TYPES
    from tests.bench.engine import FLOW, NEEDS_THE_WORLD

    assert sorted(node["type"] for node in FLOW["nodes"]) == sorted(TYPES.keys() - NEEDS_THE_WORLD)
