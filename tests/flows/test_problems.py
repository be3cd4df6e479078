"""What is wrong with a drawing, and what only looks like a mistake (FL-001, FL-013)."""

import time
from typing import Any

import pytest

from flows.graph import MAX_NODES, Graph, GraphError
from flows.problems import problems_of
from tests.flows.flow import drawing, let, say

JSON = dict[str, Any]
ASK: JSON = {"id": "ask", "type": "ask", "text": "Idade?", "answer": "number", "variable": "age"}
WHOLE = drawing(ASK, say("bye", "{{ vars.age }}"), edges="start.done>ask ask.answered>bye")


def found(data: Any, flow: str = "") -> list[tuple[str, str, str, str]]:
    return [(one.level, one.node, one.field, one.message) for one in problems_of(data, flow)]


def test_a_whole_drawing_has_none() -> None:
    assert found(WHOLE) == []


@pytest.mark.parametrize("data", [None, 1, [], {}, {"version": 1, "nodes": [3], "edges": [3], "notes": [3]}], ids=repr)
def test_it_never_raises(data: Any) -> None:
    assert {level for level, *_ in found(data)} == {"error"}


def test_a_node_that_no_way_leads_to() -> None:
    data = drawing(say("hi", "Oi"), say("lost", "?"), say("there", "!"), edges="start.done>hi lost.done>there")
    assert found(data) == [
        ("warning", "lost", "", "no way leads here"),
        ("warning", "there", "", "no way leads here"),
    ]
    assert Graph.parse(data)


def test_a_start_that_leads_nowhere() -> None:
    assert found(drawing()) == [("warning", "start", "exit.done", "nothing follows the start")]


def test_an_answer_that_nothing_follows() -> None:
    menu = say("menu", "?", buttons=[{"id": "yes", "title": "Sim"}, {"id": "no", "title": "Não"}])
    data = drawing(menu, {"id": "end", "type": "end"}, edges="start.done>menu menu.yes>end")
    assert found(data) == [("warning", "menu", "exit.no", "nothing follows no")]


def test_ways_for_odd_moments_may_stay_open() -> None:
    data = drawing(
        {**ASK, "timeout": {"amount": 1, "unit": "days"}}, say("bye", "!"), edges="start.done>ask ask.answered>bye"
    )
    assert found(data) == []


@pytest.mark.parametrize(
    ("node", "field", "character"),
    [
        (say("x", "Oi {{ vars.nmae }}"), "text", 7),
        (let("x", "y", "default( vars.nmae, 1)"), "value", 10),
        ({"id": "x", "type": "condition", "branches": [{"id": "a", "when": "vars.nmae > 1"}]}, "branches.0.when", 1),
        ({"id": "x", "type": "webhook", "url": "https://a.com", "body": {"a": ["b {{ vars.nmae }}"]}}, "body.a.0", 6),
        ({"id": "x", "type": "subflow", "flow": "0198c0de-0000-7000-8000-000000000002",
          "variables": {"a": "vars.nmae"}}, "variables.a", 1),
    ],
)  # fmt: skip
def test_a_variable_that_nothing_sets(node: JSON, field: str, character: int) -> None:
    problems = [one for one in problems_of(drawing(node, edges="start.done>x")) if "vars" in one.message]
    assert [(one.level, one.node, one.field, one.message) for one in problems] == [
        ("warning", "x", field, "nothing sets vars.nmae")
    ]
    assert problems[0].hint == f"Look at character {character}."


@pytest.mark.parametrize("text", ["{{ 'vars.x' }}", "{{ contact.vars.x }}", "{{ trigger.vars.x }}", "vars.x"])
def test_what_only_looks_like_a_variable(text: str) -> None:
    assert found(drawing(say("x", text), edges="start.done>x")) == []


@pytest.mark.parametrize("trigger", ["api", "none"])
def test_a_flow_that_others_begin_gets_its_variables_from_there(trigger: str) -> None:
    data = drawing(say("x", "{{ vars.any }}"), edges="start.done>x")
    data["nodes"][0]["trigger"] = trigger
    assert found(data) == []


def test_a_loop_without_a_wait() -> None:
    data = drawing(
        let("a", "n", "1"), let("b", "n", "2"), let("c", "n", "3"), edges="start.done>a a.done>b b.done>c c.done>b"
    )
    assert found(data) == [("error", "b", "loop", "a loop without a wait: b → c")]


def test_two_loops_are_told_apart() -> None:
    data = drawing(
        {"id": "way", "type": "split", "ways": [{"id": "x", "percent": 50}, {"id": "y", "percent": 50}]},
        let("a", "n", "1"), let("b", "n", "2"), edges="start.done>way way.x>a way.y>b a.done>a b.done>b",
    )  # fmt: skip
    assert [(node, message) for _level, node, _field, message in found(data)] == [
        ("a", "a loop without a wait: a"),
        ("b", "a loop without a wait: b"),
    ]


@pytest.mark.parametrize(
    "waiting",
    [
        {**ASK, "id": "w"},
        {"id": "w", "type": "wait", "amount": 1, "unit": "hours"},
        {"id": "w", "type": "wait_until", "weekdays": [1], "time": "09:00"},
        {"id": "w", "type": "wait_for"},
    ],
    ids=lambda node: str(node["type"]),
)
def test_a_loop_with_a_wait_is_none(waiting: JSON) -> None:
    leaving = {"ask": "answered", "wait_for": "replied"}.get(waiting["type"], "done")
    data = drawing(waiting, say("x", "Oi"), edges=f"start.done>w w.{leaving}>x x.done>w")
    assert found(data) == []


@pytest.mark.parametrize(
    "node",
    [
        {"id": "w", "type": "subflow", "flow": "0198c0de-0000-7000-8000-000000000002"},
        {"id": "w", "type": "wait_until", "at": "now()"},
    ],
    ids=lambda node: str(node["type"]),
)
def test_what_may_come_back_at_once_is_no_wait(node: JSON) -> None:
    [problem] = found(drawing(node, edges="start.done>w w.done>w"))
    assert problem[:3] == ("error", "w", "loop")


CALL: JSON = {"id": "w", "type": "http_request", "url": "https://a.com"}
MORE: JSON = {"id": "more", "type": "condition", "branches": [{"id": "yes", "when": "vars.page > 1"}]}


@pytest.mark.parametrize(
    "edges",
    [
        "start.done>w w.done>more more.yes>w",  # the other branch is the end
        "start.done>w w.done>more more.yes>w more.else>bye",
        "start.done>w w.done>w w.failed>bye",  # page after page until there is none
    ],
)
def test_calls_may_go_round_where_something_ends_it(edges: str) -> None:
    """FL-005: paging through an API is drawn as in other builders; how often is limited when it runs."""
    told = problems_of(drawing(CALL, MORE, say("bye", "Tchau"), edges=edges))
    assert [one for one in told if one.level == "error"] == []


@pytest.mark.parametrize("edges", ["start.done>w w.done>w", "start.done>w w.done>x x.done>w w.error>x"])
def test_calls_that_nothing_ends_are_refused(edges: str) -> None:
    problem = found(drawing(CALL, say("x", "Oi"), edges=edges))[0]
    assert problem[:3] == ("error", "w", "loop")
    assert problem[3].startswith("a loop of calls that nothing ends: w")


def test_a_flow_that_calls_itself() -> None:
    own = "0198c0de-0000-7000-8000-000000000002"
    data = drawing({"id": "sub", "type": "subflow", "flow": own}, edges="start.done>sub")
    assert found(data, own) == [("error", "sub", "flow", "this flow calls itself")]
    assert found(data, own.replace("2", "3")) == []


def test_errors_come_first_and_warnings_are_told_beside_them() -> None:
    data = drawing({**ASK, "tries": 0}, say("lost", "Oi", buttons=[{"id": "a", "title": "A"}]), edges="start.done>ask")
    assert found(data)[0][:2] == ("error", "ask")
    assert ("warning", "lost") in [(level, node) for level, node, *_ in found(data)]


def test_a_way_to_a_step_that_is_not_filled_in_is_a_way() -> None:
    data = drawing(say("x", ""), say("y", "Oi"), edges="start.done>x x.done>y")
    assert [(level, node) for level, node, *_ in found(data)] == [("error", "x")]


def test_the_level_is_told() -> None:
    assert problems_of(drawing())[0].to_json()["level"] == "warning"


def test_100_000_nodes_are_refused_at_once() -> None:
    nodes = [{"id": f"n{number}", "type": "send_message", "text": "x" * 100} for number in range(100_000)]
    data = {"version": 1, "nodes": nodes, "edges": []}
    began = time.perf_counter()
    for _ in range(100):
        assert found(data) == [("error", "", "nodes", f"a flow has at most {MAX_NODES} nodes, this has 100000")]
    assert time.perf_counter() - began < 1
    with pytest.raises(GraphError):
        Graph.parse(data)


def test_the_largest_drawing_is_looked_through_soon() -> None:
    nodes = [let(f"n{number}", "x", "default(vars.x, 0) + 1") for number in range(MAX_NODES - 1)]
    edges = " ".join(
        f"n{number}.{leaving}>n{(number * 7 + 1) % 499}" for number in range(499) for leaving in ("done", "error")
    )
    data = drawing(*nodes, edges=f"start.done>n0 {edges}")
    began = time.perf_counter()
    assert problems_of(data)[0].field == "loop"
    assert time.perf_counter() - began < 2


NOTE = {"id": "note1", "text": "Pergunte à Ana", "position": {"x": 0, "y": 1.5}}


def test_notes_are_kept_and_ignored() -> None:
    sized = {**NOTE, "id": "note2", "size": {"width": 200, "height": 80.5}}
    data = {**WHOLE, "notes": [NOTE, sized]}
    assert found(data) == []
    assert Graph.parse(data).places.keys() == Graph.parse(WHOLE).places.keys()


@pytest.mark.parametrize(
    ("notes", "field"),
    [
        ({}, "notes"),
        ([NOTE] * 201, "notes"),
        (["x"], "notes[0]"),
        ([{**NOTE, "colour": "red"}], "notes[0]"),
        ([{**NOTE, "id": "a b"}], "notes[0].id"),
        ([NOTE, NOTE], "notes[1].id"),
        ([{**NOTE, "text": "x" * 2001}], "notes[0].text"),
        ([{**NOTE, "text": None}], "notes[0].text"),
        ([{**NOTE, "position": {"x": 1}}], "notes[0].position"),
        ([{**NOTE, "size": {"width": -1, "height": 1}}], "notes[0].size"),
    ],
)
def test_a_note_that_is_none_is_refused(notes: Any, field: str) -> None:
    [(level, node, where, _message)] = found({**WHOLE, "notes": notes})
    assert (level, node, where) == ("error", "", field)
