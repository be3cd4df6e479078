"""One input in, the next state and what it causes out. No clock, no dice, no world: the same call, the same answer."""

from dataclasses import dataclass, field
from datetime import datetime

from flows.engine.context import Context
from flows.engine.events import Event, StepTaken
from flows.engine.inputs import Input, Started, TimedOut
from flows.engine.limits import MAX_NODES_PER_INPUT
from flows.engine.state import State, Status
from flows.engine.walk import Walk
from flows.graph import Graph


@dataclass(slots=True)
class Outcome:
    """The next state, what is to be done, and what was visited. `ignored` says why nothing happened, if nothing did."""

    state: State
    events: list[Event] = field(default_factory=list)
    steps: list[StepTaken] = field(default_factory=list)
    ignored: str | None = None


def step(graph: Graph, state: State, said: Input, *, now: datetime, seed: int = 0) -> Outcome:
    """Walk the graph from where the execution waits until it waits again or ends.

    `now` is aware and in the salon's zone. An input the execution does not wait for changes nothing.
    """
    if why := why_ignored(graph, state, said, now):
        return Outcome(state, ignored=why)
    starts = isinstance(said, Started)
    place = graph.start if starts else graph.places[state.at or ""]
    walk = Walk(state, Context(dict(state.variables), said, now, seed, state.tries))
    following = walk.visit(place, resumed=not starts)
    while following is not None:
        place = following
        if len(walk.steps) == MAX_NODES_PER_INPUT:
            walk.fail(place, "too_many_nodes", f"more than {MAX_NODES_PER_INPUT} nodes without waiting")
            break
        following = walk.visit(place)
    return Outcome(walk.state(place), walk.events, walk.steps)


def why_ignored(graph: Graph, state: State, said: Input, now: datetime) -> str | None:
    """Why the execution has no use for this input; None if it has."""
    if isinstance(said, Started):
        return None if state.status is Status.NEW else "already_started"
    if state.status is not Status.WAITING or state.wait is None:
        return "not_waiting"
    if state.at not in graph.places:
        return "not_in_this_graph"
    if not isinstance(said, TimedOut):
        return None if state.wait.answers else "waiting_for_time"
    if said.token != state.wait.token or state.wait.until is None:
        return "old_time_out"
    return "early" if datetime.fromisoformat(state.wait.until) > now else None
