"""How fast the pure engine is: `python -m tests.bench.engine`."""

import json
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from flows.engine.inputs import Input, Said, Started, TimedOut
from flows.engine.state import State
from flows.engine.step import step
from flows.graph import Graph
from tests.bench.house import House
from tests.bench.result import Result

FLOW_STARTS: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECONDS: Final = 2.0

MEMBER: Final = "0198c0de-0000-7000-8000-000000000001"
HOURS: Final = {"fri": [{"from": "09:00", "to": "18:00"}]}
NEEDS_THE_WORLD: Final = {
    *("http_request", "subflow"),
    # The calendar.
    *("choose_service", "choose_professional", "find_slots", "hold_slot", "book", "find_booking", "reschedule"),
    *("cancel_booking", "visit_rhythm", "join_waitlist"),
}

# Every kind of node that needs no world, once: one execution goes through each of them. The exit by which it leaves
# stands beside it.
NODES: Final[list[tuple[str, dict[str, Any]]]] = [
    ("done", {"id": "start", "type": "start", "trigger": "keywords", "keywords": ["oi", "olá"]}),
    ("open", {"id": "hours", "type": "business_hours", "week": HOURS, "dates": [{"date": "2026-12-25"}]}),
    ("done", {"id": "hello", "type": "send_message", "text": "Oi, {{ contact.first_name }}! É o {{ salon.name }}."}),
    ("answered", {"id": "guests", "type": "ask", "text": "?", "answer": "number", "variable": "guests", "min": 1}),
    ("group", {"id": "many", "type": "condition", "branches": [{"id": "group", "when": "vars.guests >= 3"}]}),
    ("four", {"id": "cases", "type": "switch", "value": "vars.guests", "cases": [{"id": "four", "is": [4, "quatro"]}]}),
    ("a", {"id": "half", "type": "split", "ways": [{"id": "a", "percent": 50}, {"id": "b", "percent": 50}]}),
    ("done", {"id": "price", "type": "set_variable", "variable": "price", "value": "vars.guests * 80.50"}),
    ("done", {"id": "tag", "type": "tag_contact", "add": ["grupo"], "remove": ["novo"]}),
    ("done", {"id": "field", "type": "set_field", "field": "guests", "value": "vars.guests"}),
    ("done", {"id": "agrees", "type": "consent", "purpose": "marketing", "state": "granted"}),
    ("replied", {"id": "reply", "type": "wait_for", "variable": "said", "timeout": {"amount": 2, "unit": "hours"}}),
    ("done", {"id": "later", "type": "wait", "amount": 2, "unit": "days"}),
    ("done", {"id": "day", "type": "wait_until", "weekdays": [3], "time": "09:00"}),
    ("done", {"id": "template", "type": "send_template", "name": "lembrete", "language": "pt_BR",
              "values": {"body.1": "{{ contact.first_name }}"}}),
    ("done", {"id": "hook", "type": "webhook", "url": "https://example.com/a", "body": {"price": "{{ vars.price }}"}}),
    ("done", {"id": "team", "type": "tell_team", "text": "{{ contact.first_name }} vem com {{ vars.guests }}"}),
    ("done", {"id": "who", "type": "assign", "member": MEMBER}),
    ("done", {"id": "deal", "type": "move_deal", "stage": MEMBER, "value": "vars.price"}),
    ("done", {"id": "task", "type": "add_task", "text": "Ligar", "due": {"amount": 2, "unit": "days"}}),
    ("done", {"id": "once", "type": "once_in", "days": 90, "field": "Pedido em"}),
    ("done", {"id": "person", "type": "hand_over", "note": "Preço: {{ vars.price }}"}),
    ("done", {"id": "away", "type": "close_conversation"}),
    ("", {"id": "end", "type": "end"}),
]  # fmt: skip
EDGES: Final = [
    *((node["id"], leaving, after["id"]) for (leaving, node), (_, after) in pairwise(NODES)),
    ("half", "b", "price"),
]
FLOW: Final[dict[str, Any]] = {
    "version": 1,
    "nodes": [node for _, node in NODES],
    "edges": [
        {"id": f"e{number}", "from": one, "exit": way, "to": other} for number, (one, way, other) in enumerate(EDGES)
    ],
}


def engine_steps_per_s(seconds: float = SECONDS) -> dict[str, Any]:
    """Node visits per second on one core, state through JSON between inputs as in production."""
    graph = Graph.parse(FLOW)
    facts = {"contact": {"first_name": "Ana", "tags": ["novo"], "fields": {}}, "salon": {"name": "Aurora"}}
    inputs: list[tuple[Input, datetime]] = [
        (Started(Said("oi", facts=facts), facts), FLOW_STARTS),
        (Said("4", facts=facts), FLOW_STARTS),
        (Said("ótimo", facts=facts), FLOW_STARTS + timedelta(hours=1)),
        (TimedOut(3, facts), FLOW_STARTS + timedelta(days=3)),
        (TimedOut(4, facts), FLOW_STARTS + timedelta(days=7)),
    ]
    steps = runs = 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        for seed in range(100):
            steps += run_once(graph, inputs, seed)
        runs += 100
    took = time.perf_counter() - began
    return {
        "bench": "engine_steps_per_s",
        "value": round(steps / took),
        "unit": "1/s",
        "baseline": None,
        "ratio": None,
        "n": runs,
    }


def measured(house: House) -> Result:
    """The same for `make bench`."""
    return Result(**engine_steps_per_s())


def run_once(graph: Graph, inputs: list[tuple[Input, datetime]], seed: int) -> int:
    """One execution from start to end; how many steps it took."""
    state, steps = State(), 0
    for said, now in inputs:
        outcome = step(graph, State.from_json(state.to_json()), said, now=now, seed=seed)
        state, steps = outcome.state, steps + len(outcome.steps)
    assert (state.status, state.at) == ("completed", "end"), state
    return steps


if __name__ == "__main__":
    print(json.dumps(engine_steps_per_s()))
