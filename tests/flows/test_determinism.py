"""FL-004: the same graph, state, input, moment and seed give the same bytes, so that a flow can be played again."""

import json
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.engine.inputs import Input, Said, Started, TimedOut
from flows.engine.limits import MAX_NODES_PER_INPUT
from flows.engine.state import State
from flows.engine.step import step
from flows.graph import Graph
from flows.nodes.base import TYPES
from tests.flows.flow import NOON, drawing, let, say

ANSWERS = ["oi", "sim", "2", "abc", "24/12", "{{ 1 / 0 }}", "", "ana@exemplo.com"]


def a_node(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """A node of any kind."""
    buttons = [{"id": "yes", "title": "Sim"}, {"id": "no", "title": "Não"}]
    an_hour = {"amount": 1, "unit": "hours"}
    return st.sampled_from([
        say(name, "Oi {{ contact.name }} {{ pick(['a', 'b', 'c']) }} {{ now() }} {{ vars.x }}"),
        say(name, "Vamos?", buttons=buttons, timeout=an_hour),
        {"id": name, "type": "ask", "text": "?", "answer": "number", "variable": "x", "tries": 2, "timeout": an_hour},
        {"id": name, "type": "ask", "text": "Quem?", "answer": "text", "variable": "y"},
        {"id": name, "type": "condition", "branches": [{"id": "a", "when": "vars.x > 1"}]},
        let(name, "x", "default(vars.x, 0) + size(vars.y) + pick([1, 2, 3])"),
        {"id": name, "type": "wait", "amount": 3, "unit": "hours"},
        {"id": name, "type": "end"},
    ])  # fmt: skip


@st.composite
def drawings(draw: st.DrawFn) -> dict[str, Any]:
    """Any flow of up to eight nodes, loops and all."""
    names = [f"n{number}" for number in range(draw(st.integers(1, 8)))]
    nodes = [draw(a_node(name)) for name in names]
    edges = [f"start.done>{names[0]}"]
    for raw in nodes:
        settings_ = {key: value for key, value in raw.items() if key not in ("id", "type")}
        for leaving in TYPES[raw["type"]].model_validate(settings_).exits():
            target = draw(st.sampled_from([*names, None]))
            edges += [f"{raw['id']}.{leaving}>{target}"] if target else []
    return drawing(*nodes, edges=" ".join(edges))


inputs = st.lists(
    st.one_of(
        st.sampled_from(ANSWERS).map(Said),
        st.sampled_from(["n0:yes", "n1:no", "n3:yes"]).map(lambda reply: Said("Sim", reply, "button")),
        st.integers(0, 12).map(TimedOut),
    ),
    max_size=12,
)


def play(data: dict[str, Any], said: list[Input], seed: int) -> list[Any]:
    """The whole log of an execution, as JSON."""
    graph, state, log = Graph.parse(data), State(), []
    for number, one in enumerate([Started(Said("oi"), {"contact": {"name": "Ana"}}), *said]):
        before = json.dumps(state.to_json())
        outcome = step(graph, state, one, now=NOON + timedelta(hours=number), seed=seed)
        assert json.dumps(state.to_json()) == before
        check(outcome, state)
        log.append([part.to_json() for part in (*outcome.steps, *outcome.events, outcome.state)])
        state = State.from_json(json.loads(json.dumps(outcome.state.to_json())))
    return log


def check(outcome: Any, before: State) -> None:
    """What holds after every input."""
    state = outcome.state
    assert len(outcome.steps) <= MAX_NODES_PER_INPUT
    assert [taken.seq for taken in outcome.steps] == list(range(before.seq + 1, state.seq + 1))
    if outcome.ignored:
        assert (state, outcome.steps, outcome.events) == (before, [], [])
        return
    last = {"waiting": "wait_started", "completed": "ended", "failed": "failed"}[state.status]
    assert [event.kind for event in outcome.events if event.kind in ("wait_started", "ended", "failed")] == [last]
    assert (state.wait is not None) == (state.status == "waiting")
    assert state.token == before.token + (state.status == "waiting")


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(drawings(), inputs, st.integers(0, 2**32))
def test_the_same_input_gives_the_same_bytes(data: dict[str, Any], said: list[Input], seed: int) -> None:
    assert json.dumps(play(data, said, seed)) == json.dumps(play(data, said, seed))


@settings(max_examples=50, deadline=None, database=None, derandomize=True)
@given(drawings(), inputs, st.integers(0, 2**32))
def test_it_reads_no_clock_and_rolls_no_dice(data: dict[str, Any], said: list[Input], seed: int) -> None:
    import random
    import time
    from unittest.mock import patch

    def forbidden(*_: object) -> None:
        raise AssertionError("the engine looked at the world")

    with (
        patch.object(random, "random", forbidden),
        patch.object(time, "time", forbidden),
        patch.object(time, "time_ns", forbidden),
    ):
        play(data, said, seed)
