"""FL-004: the same graph, state, input, moment and seed give the same bytes, so that a flow can be played again."""

import json
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.engine.inputs import Answered, Happened, Input, Said, Started, TimedOut, input_from_json
from flows.engine.limits import MAX_NODES_PER_INPUT
from flows.engine.state import State
from flows.engine.step import step
from flows.graph import Graph
from flows.nodes.base import TYPES
from tests.flows.flow import NOON, drawing, let, say

SOMETHING = "0198c0de-0000-7000-8000-000000000001"
ANSWERS = ["oi", "sim", "2", "abc", "24/12", "{{ 1 / 0 }}", "", "ana@exemplo.com"]


def nodes_named(name: str) -> list[dict[str, Any]]:
    """Nodes of all kinds."""
    buttons = [{"id": "yes", "title": "Sim"}, {"id": "no", "title": "Não"}]
    an_hour = {"amount": 1, "unit": "hours"}
    return [
        say(name, "Oi {{ contact.name }} {{ pick(['a', 'b', 'c']) }} {{ now() }} {{ vars.x }}"),
        say(name, "Vamos?", buttons=buttons, timeout=an_hour),
        {"id": name, "type": "ask", "text": "?", "answer": "number", "variable": "x", "tries": 2, "timeout": an_hour},
        {"id": name, "type": "ask", "text": "Quem?", "answer": "text", "variable": "y"},
        {"id": name, "type": "condition", "branches": [{"id": "a", "when": "vars.x > 1"}]},
        let(name, "x", "default(vars.x, 0) + size(vars.y) + pick([1, 2, 3])"),
        {"id": name, "type": "wait", "amount": 3, "unit": "hours"},
        {"id": name, "type": "end"},
        say(name, "Os preços", cta_url={"title": "Ver", "url": "https://a.com/{{ vars.y }}"}),
        {"id": name, "type": "send_message", "reaction": "👍"},
        {"id": name, "type": "send_template", "name": "oi", "language": "pt_BR", "values": {"body.1": "{{ vars.x }}"}},
        {"id": name, "type": "ask", "text": "?", "variable": "y", "gather_s": 5, "timeout": an_hour},
        {"id": name, "type": "ask", "text": "Foto?", "answer": "media", "variable": "photo"},
        {"id": name, "type": "switch", "value": "vars.x", "cases": [{"id": "one", "is": [1, "sim"]}]},
        {"id": name, "type": "split", "ways": [{"id": "a", "percent": 50}, {"id": "b", "percent": 50}]},
        {"id": name, "type": "business_hours", "week": {"fri": [{"from": "13:00", "to": "18:00"}]}},
        {"id": name, "type": "wait_until", "weekdays": [6], "time": "09:00"},
        {"id": name, "type": "wait_until", "at": "vars.y"},
        {"id": name, "type": "wait_for", "gather_s": 3, "variable": "y", "timeout": an_hour,
         "events": [{"kind": "contact.changed", "where": "event.n > 1"}]},
        {"id": name, "type": "http_request", "url": "https://a.com/{{ vars.y }}", "status_variable": "x",
         "response": [{"path": "a[0]", "variable": "y"}]},
        {"id": name, "type": "webhook", "url": "https://a.com", "body": {"a": "{{ vars.y }}"}},
        {"id": name, "type": "subflow", "flow": SOMETHING, "variables": {"a": "vars.x"}, "returns": ["x"]},
        {"id": name, "type": "tag_contact", "add": ["{{ vars.x }}"], "remove": ["b"]},
        {"id": name, "type": "set_field", "field": "a", "value": "vars.y"},
        {"id": name, "type": "set_field", "target": "name", "value": "vars.y"},
        {"id": name, "type": "assign", "member": SOMETHING},
        {"id": name, "type": "consent", "purpose": "marketing", "state": "revoked"},
        {"id": name, "type": "hand_over", "text": "Um momento", "note": "{{ vars.y }}"},
        {"id": name, "type": "tell_team", "text": "{{ contact.name }}"},
        {"id": name, "type": "close_conversation"},
        {"id": name, "type": "move_deal", "stage": SOMETHING, "title": "{{ vars.y }}", "value": "vars.x"},
        {"id": name, "type": "add_task", "text": "Ligar: {{ vars.y }}", "due": an_hour},
        {"id": name, "type": "choose_service", "text": "O quê?", "variable": "x", "timeout": an_hour},
        {"id": name, "type": "choose_professional", "text": "Com quem?", "service": "vars.x", "variable": "y"},
        {"id": name, "type": "find_slots", "text": "Quando?", "when": "{{ vars.y }}", "tries": 2},
        {"id": name, "type": "hold_slot"},
        {"id": name, "type": "book", "note": "{{ vars.y }}"},
        {"id": name, "type": "find_booking", "text": "Qual?", "which": "choose", "timeout": an_hour},
        {"id": name, "type": "reschedule", "booking": "vars.x"},
        {"id": name, "type": "cancel_booking", "reason": "{{ vars.y }}"},
        {"id": name, "type": "join_waitlist", "professional": "vars.y", "variable": "x"},
        {"id": name, "type": "visit_rhythm"},
        {"id": name, "type": "once_in", "days": 90, "field": "a"},
    ]  # fmt: skip


@st.composite
def drawings(draw: st.DrawFn) -> dict[str, Any]:
    """Any flow of up to eight nodes, loops and all."""
    names = [f"n{number}" for number in range(draw(st.integers(1, 8)))]
    nodes = [draw(st.sampled_from(nodes_named(name))) for name in names]
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
        st.sampled_from(["a", "b"]).map(lambda caption: Said(caption, None, "image", "wamid.1")),
        st.integers(0, 3).map(lambda n: Happened("contact.changed", {"n": n})),
        st.tuples(st.integers(1, 4), st.sampled_from([200, 404]), st.sampled_from(["", "failed"])).map(
            lambda one: Answered(one[0], {"status": one[1], "json": {"a": ["x"]}, "variables": {"x": 3}}, one[2])
        ),
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
    last = {"wait_started": "waiting", "requested": "waiting", "ended": "completed", "failed": "failed"}
    assert [last[event.kind] for event in outcome.events if event.kind in last] == [state.status]
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


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(drawings(), inputs, st.integers(0, 2**32))
def test_fl_009_what_was_recorded_replays_to_the_same_steps(data: dict[str, Any], said: list[Input], seed: int) -> None:
    """As the product records it: only inputs that changed something, as JSON, each with its moment."""
    graph, state = Graph.parse(data), State()
    record, steps = [], []
    for number, one in enumerate([Started(Said("oi"), {"contact": {"name": "Ana"}}), *said]):
        outcome = step(graph, state, one, now=NOON + timedelta(hours=number), seed=seed)
        if outcome.ignored is None:
            record.append((json.dumps(one.to_json()), NOON + timedelta(hours=number)))
            steps += [taken.to_json() for taken in outcome.steps]
            state = outcome.state
    again, replayed = State(), []
    for text, now in record:
        outcome = step(graph, again, input_from_json(json.loads(text)), now=now, seed=seed)
        replayed += [taken.to_json() for taken in outcome.steps]
        again = State.from_json(json.loads(json.dumps(outcome.state.to_json())))
    assert (replayed, again.to_json()) == (steps, state.to_json())


def test_every_kind_of_node_is_drawn() -> None:
    assert {node["type"] for node in nodes_named("x")} == set(TYPES) - {"start"}
