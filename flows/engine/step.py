"""One input in, the next state and what it causes out. No clock, no dice, no world: the same call, the same answer."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from flows.engine.context import Context
from flows.engine.events import Event, StepTaken
from flows.engine.gathering import gathered, has_room, kept
from flows.engine.inputs import Answered, Happened, Input, Said, Started, TimedOut
from flows.engine.limits import MAX_NODES_PER_INPUT
from flows.engine.state import State, Status, Wait
from flows.engine.walk import Walk
from flows.graph import Graph, Place


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
    if isinstance(said, Said) and place.gather_s and (outcome := wait_for_more(place, state, said, now, seed)):
        return outcome
    if state.heard and isinstance(said, Said | TimedOut):
        said = gathered(state.heard, said)
    ctx = Context(state, said, now, seed)
    if isinstance(said, Happened):
        ctx.node = place.id
        if not place.node.awaits(ctx):
            return Outcome(state, ignored="not_awaited")
    walk = Walk(state, ctx)
    following = walk.visit(place, resumed=not starts)
    while following is not None:
        place = following
        if len(walk.steps) == MAX_NODES_PER_INPUT:
            walk.fail(place, "too_many_nodes", f"more than {MAX_NODES_PER_INPUT} nodes without waiting")
            break
        following = walk.visit(place)
    return Outcome(walk.state(place), walk.events, walk.steps)


def wait_for_more(place: Place, state: State, said: Said, now: datetime, seed: int) -> Outcome | None:
    """Keep what a guest wrote and wait, as more of it may come; None if this ends the turn: a tap, or no more room."""
    heard = [*state.heard, kept(said)]
    if said.reply_id is not None or not has_room(heard):
        return None
    walk = Walk(state, Context(state, said, now, seed))
    walk.hear(place, heard, (now.astimezone(UTC) + timedelta(seconds=place.gather_s)).isoformat())
    return Outcome(walk.state(place), walk.events, walk.steps)


def why_ignored(graph: Graph, state: State, said: Input, now: datetime) -> str | None:
    """Why the execution has no use for this input; None if it has."""
    if isinstance(said, Started):
        return None if state.status is Status.NEW else "already_started"
    if state.status is not Status.WAITING or state.wait is None:
        return "not_waiting"
    if state.at not in graph.places:
        return "not_in_this_graph"
    if isinstance(said, Said):
        return None if state.wait.answers else "waiting_for_time"
    if isinstance(said, Happened):
        return None if said.event in state.wait.events else "not_awaited"
    if isinstance(said, Answered):
        return None if state.wait.request and said.token == state.wait.token else "old_answer"
    return why_too_early(state.wait, said, now)


def why_too_early(wait: Wait, said: TimedOut, now: datetime) -> str | None:
    """Why a time-out is none; None if it is."""
    if said.token != wait.token or wait.until is None:
        return "old_time_out"
    return "early" if datetime.fromisoformat(wait.until) > now else None
