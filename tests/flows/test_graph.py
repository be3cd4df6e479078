"""What is wrong with a drawing is named, all at once, with the place."""

import math
from typing import Any

import pytest

from flows.graph import MAX_EDGES, MAX_NODES, Graph, GraphError

START = {"id": "start", "type": "start"}
END = {"id": "end", "type": "end"}
EDGE = {"id": "e1", "from": "start", "exit": "done", "to": "end"}


def problems(nodes: Any = (START, END), edges: Any = (EDGE,), **more: Any) -> list[tuple[str, str, str]]:
    """What Graph.parse finds, as (node, field, message)."""
    nodes, edges = (list(part) if isinstance(part, tuple) else part for part in (nodes, edges))
    with pytest.raises(GraphError) as error:
        Graph.parse({"version": 1, "nodes": nodes, "edges": edges, **more})
    return [(problem.node, problem.field, problem.message) for problem in error.value.problems]


def test_it_reads_a_drawing() -> None:
    graph = Graph.parse({"version": 1, "nodes": [START, {**END, "position": {"x": 10, "y": 2.5}}], "edges": [EDGE]})
    assert graph.start.id == "start"
    assert graph.start.edges["done"].to is graph.places["end"]
    assert graph.places["end"].position == (10.0, 2.5)
    assert graph.trigger.trigger == "any_message"


@pytest.mark.parametrize("data", [None, 1, "x", [], {}, {"version": 1, "nodes": {}, "edges": None}], ids=repr)
def test_it_refuses_what_is_no_drawing(data: Any) -> None:
    with pytest.raises(GraphError):
        Graph.parse(data)


@pytest.mark.parametrize("version", [2, "1", True, 1.0, None])
def test_it_refuses_another_version(version: Any) -> None:
    assert problems(version=version) == [("", "version", "version must be 1")]


def test_it_refuses_what_it_does_not_know() -> None:
    assert problems(script="x") == [("", "script", "script is not known")]


def test_it_needs_a_start() -> None:
    assert problems((END,), ()) == [("", "nodes", "a flow has one start, this has 0")]


def test_it_has_one_start() -> None:
    assert problems((START, {**START, "id": "again"}), ()) == [("", "nodes", "a flow has one start, this has 2")]


def test_a_start_with_wrong_settings_is_not_called_missing() -> None:
    [(node, field, message)] = problems(({**START, "trigger": "moon"},), ())
    assert (node, field) == ("start", "trigger")
    assert message.startswith("Input should be 'any_message', 'keywords', ")


def test_it_names_an_unknown_type() -> None:
    assert problems((START, {"id": "x", "type": "teleport"}), ()) == [("x", "type", "there is no node type teleport")]


@pytest.mark.parametrize("name", [None, 1, "", "a b", "a" * 61, "é", ["x"]], ids=repr)
def test_it_refuses_an_id_nobody_can_name(name: Any) -> None:
    found = problems((START, {"id": name, "type": "end"}), ())
    assert found == [("", "nodes[1].id", "a node needs an id of letters, digits, - and _")]


def test_it_names_two_nodes_of_one_id() -> None:
    assert problems((START, END, END)) == [("end", "id", "two nodes have the id end")]


def test_it_names_two_edges_of_one_id() -> None:
    nodes = (START, {"id": "hi", "type": "send_message", "text": "Oi"}, END)
    edges = (EDGE, {**EDGE, "from": "hi"})
    assert problems(nodes, edges) == [("hi", "edges", "two edges have the id e1")]


@pytest.mark.parametrize("end", ["from", "to"])
def test_it_names_an_edge_that_hangs(end: str) -> None:
    found = problems(edges=({**EDGE, end: "ghost"},))
    assert found == [("", f"edges[0].{end}", "the edge e1 hangs: there is no node ghost")]


def test_an_edge_of_a_node_that_is_wrong_does_not_hang() -> None:
    assert problems((START, {**END, "text": "x"})) == [("end", "text", "text is not known")]


def test_it_names_an_exit_that_is_not_there() -> None:
    found = problems(edges=({**EDGE, "exit": "sideways"},))
    assert found == [("start", "exit.sideways", "the edge e1 leaves by an exit that is not there")]


def test_exits_come_from_settings() -> None:
    menu = {"id": "menu", "type": "send_message", "text": "?", "buttons": [{"id": "yes", "title": "Sim"}]}
    ways = ({**EDGE, "to": "menu"}, {"id": "e2", "from": "menu", "exit": "yes", "to": "end"})
    assert set(Graph.parse({"version": 1, "nodes": [START, menu, END], "edges": list(ways)}).places["menu"].edges) == {
        "yes"
    }
    assert problems((START, menu, END), (*ways, {**ways[1], "id": "e3", "exit": "no"}))[0][1] == "exit.no"


def test_it_names_two_edges_of_one_exit() -> None:
    assert problems(edges=(EDGE, {**EDGE, "id": "e2"})) == [("start", "exit.done", "two edges leave by done")]


def test_no_edge_leads_to_the_start() -> None:
    hello = {"id": "hi", "type": "send_message", "text": "Oi"}
    back = {"id": "e2", "from": "hi", "exit": "done", "to": "start"}
    assert problems((START, hello), (back,)) == [("start", "edges", "no edge can lead to the start")]


@pytest.mark.parametrize(
    "position", [None, {}, {"x": 1}, {"x": "1", "y": 2}, {"x": math.nan, "y": 0}, {"x": 1e9, "y": 0}], ids=repr
)
def test_it_refuses_a_position_nobody_can_draw(position: Any) -> None:
    assert problems((START, {**END, "position": position}), ()) == [
        ("end", "position", "a position has two numbers, x and y")
    ]


def test_it_has_room_for_so_many_nodes_and_edges() -> None:
    nodes = tuple({"id": f"n{number}", "type": "end"} for number in range(MAX_NODES))
    assert problems((START, *nodes), ()) == [
        ("", "nodes", f"a flow has at most {MAX_NODES} nodes, this has {MAX_NODES + 1}")
    ]
    assert Graph.parse({"version": 1, "nodes": [START, *nodes[1:]], "edges": []})
    found = problems(edges=(EDGE,) * (MAX_EDGES + 1))
    assert found == [("", "edges", f"a flow has at most {MAX_EDGES} edges, this has {MAX_EDGES + 1}")]


def test_it_has_room_for_so_much_text() -> None:
    assert problems((START, {"id": "x", "type": "end", "note": "x" * 1_000_001})) == [
        ("", "", "a flow has at most 1000000 characters")
    ]


@pytest.mark.parametrize("text", ["a\0b", "\ud800"], ids=ascii)
def test_it_refuses_what_the_database_cannot_keep(text: str) -> None:
    found = problems((START, {"id": "x", "type": "send_message", "text": text}))
    assert found == [("", "", "a text holds a character that cannot be stored")]


def test_it_refuses_what_is_nested_without_end() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert problems((START, deep)) == [("", "", "this is nested too deeply")]


def test_it_tells_all_at_once_with_hints() -> None:
    with pytest.raises(GraphError) as error:
        Graph.parse(
            {"version": 1, "nodes": [{"id": "a", "type": "x"}, {"id": "b", "type": "send_message"}, 3], "edges": ["e"]}
        )
    fields = [problem.field for problem in error.value.problems]
    assert fields == ["type", "text", "nodes[2]", "edges[0]", "nodes"]
    assert "send_message" in error.value.problems[0].hint
    assert error.value.problems[4].to_json()["hint"] == "Draw a start."


def test_a_mistake_in_an_expression_is_placed() -> None:
    with pytest.raises(GraphError) as error:
        Graph.parse(
            {"version": 1, "nodes": [START, {"id": "b", "type": "send_message", "text": "Oi {{ 1 + }}"}], "edges": []}
        )
    [problem] = error.value.problems
    assert (problem.node, problem.field, problem.hint) == ("b", "text", "Look at character 11.")
