"""Every node from a table of cases. A case has

it       what it shows
node     the node as it is saved
said     what the guest answers, or "time" for the time-out; without it the execution just arrives. With `answer` or
         `error` it is the world's answer to a request, with `event` (and `payload`) something that happened
began    the message that began the execution, for one that just arrives
facts, vars, tries, now, zone, seed   the world, if it matters
and one of
gives    the exit, events, wait, request, tries and note of the visit (what is empty is left out)
awaits   whether it waits for what happened
fails    the reason for which the node cannot do its work
refuses  {field: words of the message} for settings that are wrong
exits    the names of its exits
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.engine.context import Context, NodeFailed
from flows.engine.events import Effect
from flows.engine.expressions import ExpressionError
from flows.engine.inputs import Answered, Happened, Input, Said, Started, TimedOut
from flows.engine.state import State
from flows.graph import Graph, GraphError, Place
from flows.nodes.base import TYPES, Step, WaitFor

HERE = Path(__file__).parent
NOW = "2026-11-20T14:30:00-03:00"
CASES = [(file.stem, case) for file in sorted(HERE.glob("cases/*.json")) for case in json.loads(file.read_text())]
Case = dict[str, Any]


def parse_node(raw: Case) -> Place:
    """The node in the smallest flow there is."""
    nodes = [raw] if raw["type"] == "start" else [{"id": "start", "type": "start"}, raw]
    return Graph.parse({"version": 1, "nodes": nodes, "edges": []}).places[raw["id"]]


def input_of(case: Case) -> Input:
    facts, said = case.get("facts", {}), case.get("said")
    if said is None:
        return Started(Said(**case["began"]) if "began" in case else None, facts)
    if "answer" in said or "error" in said:
        return Answered(1, **said, facts=facts)
    if "event" in said:
        return Happened(**said, facts=facts)
    return TimedOut(1, facts) if said == "time" else Said(**said, facts=facts)


def arrive(case: Case) -> tuple[Place, Context]:
    place, said = parse_node(case["node"]), input_of(case)
    now = datetime.fromisoformat(case.get("now", NOW)).astimezone(ZoneInfo(case.get("zone", "America/Sao_Paulo")))
    ctx = Context(
        State(variables=dict(case.get("vars", {})), tries=case.get("tries", 0)), said, now, case.get("seed", 1)
    )
    ctx.node = place.id
    return place, ctx


def visit(case: Case) -> Step:
    place, ctx = arrive(case)
    return place.node.run(ctx) if isinstance(ctx.input, Started) else place.node.resume(ctx)


def waits(wait: WaitFor) -> Case:
    """What is waited for, without what is empty."""
    found: Case = {"until": wait.until.isoformat() if wait.until else None, "answers": wait.answers}
    return {**found, "events": wait.events} if wait.events else found


def dump(step: Step) -> Case:
    """What the visit gave, without what is empty."""
    events = [event.to_json() for event in step.events]
    wait = waits(step.wait) if step.wait else None
    ask = step.ask
    request = ask and {"name": ask.request, "payload": ask.payload, "until": ask.until.isoformat()}
    skipped = ("node", "seq", "before")
    events = [{key: value for key, value in event.items() if key not in skipped} for event in events]
    for event, made in zip(events, step.events, strict=True):
        if isinstance(made, Effect) and made.contact:
            event["contact"] = made.contact
    given = {
        "exit": step.exit,
        "events": events,
        "wait": wait,
        "request": request,
        "tries": step.tries,
        "note": step.note,
    }
    return {key: value for key, value in given.items() if value}


@pytest.mark.parametrize(("node_type", "case"), CASES, ids=lambda case: case["it"] if isinstance(case, dict) else case)
def test_node(node_type: str, case: Case) -> None:
    assert case["node"]["type"] == node_type
    if "gives" in case:
        assert dump(visit(case)) == case["gives"]
    elif "exits" in case:
        assert list(parse_node(case["node"]).node.exits()) == case["exits"]
    elif "awaits" in case:
        place, ctx = arrive(case)
        assert place.node.awaits(ctx) is case["awaits"]
    elif "fails" in case:
        check_failure(case)
    else:
        check_refusal(case)


def check_failure(case: Case) -> None:
    with pytest.raises((NodeFailed, ExpressionError)) as error:
        visit(case)
    assert case["fails"] in str(error.value)


def check_refusal(case: Case) -> None:
    with pytest.raises(GraphError) as error:
        parse_node(case["node"])
    assert {problem.node for problem in error.value.problems} == {case["node"]["id"]}
    found = {problem.field: problem.message for problem in error.value.problems}
    assert found.keys() == case["refuses"].keys()
    for field, words in case["refuses"].items():
        assert words in found[field]


def test_every_node_type_has_cases() -> None:
    assert {stem for stem, _ in CASES} == set(TYPES)


@pytest.mark.parametrize("node_type", sorted(TYPES))
def test_every_node_type_works_and_refuses(node_type: str) -> None:
    kinds = {kind for stem, case in CASES if stem == node_type for kind in ("gives", "refuses") if kind in case}
    assert kinds == {"gives", "refuses"}


@pytest.mark.parametrize("node_type", sorted(TYPES))
def test_every_node_type_shows_its_saved_json(node_type: str) -> None:
    assert f'"type": "{node_type}"' in (TYPES[node_type].__doc__ or "")


@pytest.mark.parametrize("node_type", sorted(TYPES))
def test_fl_010_what_can_fail_has_an_exit_for_it(node_type: str) -> None:
    for stem, case in CASES:
        if stem == node_type and "fails" in case:
            assert "error" in parse_node(case["node"]).node.exits()
