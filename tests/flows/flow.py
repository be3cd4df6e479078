"""Small flows for tests, and a guest who walks through them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flows.engine.events import MessageQueued
from flows.engine.inputs import Facts, Input, Said, Started, TimedOut
from flows.engine.state import State
from flows.engine.step import Outcome, step
from flows.graph import Graph

JSON = dict[str, Any]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def drawing(*nodes: JSON, edges: str = "") -> JSON:
    """A flow from its nodes and from edges like `start.done>ask ask.answered>end`; a start is put before."""
    ends = [edge.replace(">", ".").split(".") for edge in edges.split()]
    return {
        "version": 1,
        "nodes": [{"id": "start", "type": "start"}, *nodes],
        "edges": [
            {"id": f"e{number}", "from": source, "exit": leaving, "to": target}
            for number, (source, leaving, target) in enumerate(ends, 1)
        ],
    }


def say(name: str, text: str, **settings: Any) -> JSON:
    return {"id": name, "type": "send_message", "text": text, **settings}


def let(name: str, variable: str, value: str) -> JSON:
    return {"id": name, "type": "set_variable", "variable": variable, "value": value}


class Guest:
    """Plays one execution; each input comes with the state as JSON gave it back."""

    def __init__(self, data: JSON, facts: Facts | None = None, state: State | None = None, seed: int = 7) -> None:
        self.graph = Graph.parse(data)
        self.facts = facts or {}
        self.state = state or State()
        self.now = NOON
        self.seed = seed
        self.outcomes: list[Outcome] = []

    def send(self, said: Input) -> Outcome:
        outcome = step(self.graph, State.from_json(self.state.to_json()), said, now=self.now, seed=self.seed)
        self.state = outcome.state
        self.outcomes.append(outcome)
        return outcome

    def starts(self, text: str = "oi") -> Outcome:
        return self.send(Started(Said(text), self.facts))

    def says(self, text: str, reply_id: str | None = None) -> Outcome:
        return self.send(Said(text, reply_id, facts=self.facts))

    def waits(self, **time: float) -> Outcome:
        """Let time pass and the current wait's timer fire."""
        self.now += timedelta(**time)
        assert self.state.wait
        return self.send(TimedOut(self.state.wait.token, self.facts))


def texts(outcome: Outcome) -> list[str]:
    """What the guest reads."""
    return [event.body["text"] for event in outcome.events if isinstance(event, MessageQueued)]


def path(outcome: Outcome) -> list[str]:
    """The nodes visited, with what happened there and the exit taken."""
    return [f"{taken.node}:{taken.event}:{taken.exit or '-'}" for taken in outcome.steps]


def kinds(outcome: Outcome) -> list[str]:
    return [event.kind for event in outcome.events]
