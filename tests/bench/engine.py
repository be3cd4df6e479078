"""How fast the pure engine is: `python -m tests.bench.engine`."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flows.engine.inputs import Input, Said, Started, TimedOut
from flows.engine.state import State
from flows.engine.step import step
from flows.graph import Graph
from tests.bench.house import House
from tests.bench.result import Result

FLOW_STARTS: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECONDS: Final = 2.0

# Every kind of node once: one execution visits each of the seven the same number of times.
FLOW: Final[dict[str, Any]] = {
    "version": 1,
    "nodes": [
        {"id": "start", "type": "start", "trigger": "keywords", "keywords": ["oi", "olá"]},
        {"id": "hello", "type": "send_message", "text": "Oi, {{ contact.first_name }}! Bem-vinda ao {{ salon.name }}."},
        {"id": "guests", "type": "ask", "text": "Quantas pessoas?", "answer": "number", "variable": "guests", "min": 1},
        {"id": "many", "type": "condition", "branches": [{"id": "group", "when": "vars.guests >= 3"}]},
        {"id": "price", "type": "set_variable", "variable": "price", "value": "vars.guests * 80.50"},
        {"id": "later", "type": "wait", "amount": 2, "unit": "days"},
        {"id": "end", "type": "end"},
    ],
    "edges": [
        {"id": "e1", "from": "start", "exit": "done", "to": "hello"},
        {"id": "e2", "from": "hello", "exit": "done", "to": "guests"},
        {"id": "e3", "from": "guests", "exit": "answered", "to": "many"},
        {"id": "e4", "from": "many", "exit": "group", "to": "price"},
        {"id": "e5", "from": "price", "exit": "done", "to": "later"},
        {"id": "e6", "from": "later", "exit": "done", "to": "end"},
    ],
}  # fmt: skip


def engine_steps_per_s(seconds: float = SECONDS) -> dict[str, Any]:
    """Node visits per second on one core, state through JSON between inputs as in production."""
    graph = Graph.parse(FLOW)
    facts = {"contact": {"first_name": "Ana"}, "salon": {"name": "Aurora"}}
    inputs: list[tuple[Input, datetime]] = [
        (Started(Said("oi", facts=facts), facts), FLOW_STARTS),
        (Said("4", facts=facts), FLOW_STARTS),
        (TimedOut(2, facts), FLOW_STARTS + timedelta(days=2)),
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
    assert state.status == "completed", state
    return steps


if __name__ == "__main__":
    print(json.dumps(engine_steps_per_s()))
